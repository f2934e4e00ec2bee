package dev.atoll.router.forward;

import dev.atoll.router.placement.LiveNode;
import dev.atoll.wire.InstanceKey;
import java.util.concurrent.ConcurrentHashMap;

/** The links to all nodes: a few for each, opened when they are needed. Thread-safe. */
final class NodeLinks {
    /** Streams of one connection have one thread at each end: more would only share it. */
    private static final int LINKS_OF_A_NODE = 2;

    private final NodeChannels channels;
    private final ConcurrentHashMap<Slot, NodeLink> links = new ConcurrentHashMap<>();

    NodeLinks(NodeChannels channels) {
        this.channels = channels;
    }

    private record Slot(String address, String process, int number) {}

    /** The link for calls to this instance: always the same while it is open. */
    NodeLink link(LiveNode node, InstanceKey key) {
        var slot =
                new Slot(
                        node.address(),
                        node.process(),
                        Math.floorMod(key.hashCode(), LINKS_OF_A_NODE));
        var link = links.get(slot);
        return link != null && link.isOpen() ? link : open(slot, node);
    }

    private NodeLink open(Slot slot, LiveNode node) {
        // Links of processes that are gone have ended by themselves.
        links.values().removeIf(link -> !link.isOpen());
        var channel = channels.channel(node);
        var opened =
                links.compute(
                        slot,
                        (_, old) -> old != null && old.isOpen() ? old : NodeLink.open(channel));
        return opened;
    }
}

package dev.atoll.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Starts all systems that are installed, warms them up, and measures them in turns, so that what
 * the machine does besides falls on all of them alike. One thread at a time.
 */
public final class Comparison implements AutoCloseable {
    private final PeersPlan plan;
    private final Consumer<String> progress;
    private final Instant startedAt = Instant.now();
    private final List<String> skipped = new ArrayList<>();
    private final Map<Series, Peer> peers = new EnumMap<>(Series.class);
    private final List<String> versions = new ArrayList<>();
    private final Closing closing = new Closing();

    private Comparison(PeersPlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Where everything is. Immutable.
     *
     * @param atoll how Atoll's processes are started
     * @param folder for the data and logs of all systems: an empty one, which others may enter
     * @param cache keeps workerd from one run to the next
     */
    public record Place(AtollCommand atoll, Path folder, Path cache) {}

    /**
     * Compares what is installed.
     *
     * @param progress told what is done, in the thread that called
     * @throws IOException if a system that is installed does not start, or does not answer all
     */
    public static PeersReport run(PeersPlan plan, Place place, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (var comparison = new Comparison(plan, progress)) {
            comparison.start(place);
            return comparison.measure();
        }
    }

    @Override
    public void close() {
        closing.close();
    }

    /** Opens a system that is installed. */
    private interface Opening {
        Peer open() throws IOException, InterruptedException;
    }

    private void start(Place place) throws IOException, InterruptedException {
        start(
                "Atoll",
                Optional.empty(),
                () ->
                        AtollPeer.open(
                                AtollCluster.start(
                                        place.atoll(), place.folder(), plan.load().instances()),
                                plan.load(),
                                place.atoll().token()));
        if (Etcd.program().isEmpty()) {
            skipped.add(
                    "the router's hop: etcd is not on the PATH, so router and node share a process");
        }
        if (plan.wants(Workerd.SERIES)) {
            start(
                    "workerd",
                    Workerd.missing(place.cache()),
                    () -> Workerd.open(place.cache(), place.folder(), plan));
        }
        if (plan.wants(Postgres.SERIES)) {
            start("PostgreSQL", Postgres.missing(), () -> Postgres.open(place.folder(), plan));
        }
    }

    private void start(String name, Optional<String> missing, Opening opening)
            throws IOException, InterruptedException {
        if (missing.isPresent()) {
            skipped.add(name + ": " + missing.get());
            progress.accept("SKIPPED " + name + ": " + missing.get());
            return;
        }
        progress.accept("starting " + name);
        var peer = opening.open();
        closing.add(peer::close);
        versions.addAll(peer.versions());
        peer.series().stream()
                .filter(plan.series()::contains)
                .forEach(series -> peers.put(series, peer));
    }

    private PeersReport measure() throws IOException, InterruptedException {
        if (!plan.load().warmUp().isZero()) {
            for (var entry : peers.entrySet()) {
                progress.accept("warming up: " + entry.getKey().title());
                var _ = entry.getValue().measure(entry.getKey(), plan.load().warmUp());
            }
        }
        var turns = new EnumMap<Series, List<Measurement>>(Series.class);
        for (int round = 1; round <= plan.rounds(); round++) {
            for (var entry : peers.entrySet()) {
                var series = entry.getKey();
                var turn = entry.getValue().measure(series, plan.load().duration());
                progress.accept(
                        "round %d of %d: %s: %d calls/s"
                                .formatted(
                                        round,
                                        plan.rounds(),
                                        series.title(),
                                        Math.round(turn.perSecond())));
                turns.computeIfAbsent(series, _ -> new ArrayList<>()).add(turn);
            }
        }
        var rounds = new EnumMap<Series, Rounds>(Series.class);
        turns.forEach((series, all) -> rounds.put(series, new Rounds(all)));
        return new PeersReport(plan, startedAt, rounds, skipped, versions);
    }
}

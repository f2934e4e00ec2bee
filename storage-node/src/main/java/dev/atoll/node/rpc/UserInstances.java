package dev.atoll.node.rpc;

import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.instance.Call;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.ReadWork;
import dev.atoll.node.instance.Terms;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.instance.WriteWork;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.proto.v1.Instance;
import dev.atoll.wire.Bookmark;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.util.Optional;

/** Creates and deletes instances for users, under the rules of their block. Thread-safe. */
final class UserInstances {
    private final Instances instances;
    private final CallAccess.Factory access;

    UserInstances(Instances instances, CallAccess.Factory access) {
        this.instances = instances;
        this.access = access;
    }

    /** Fails with INSTANCE_EXISTS if there is one that the caller may call. */
    Call<Instance> create(Caller caller, InstanceKey key, Terms terms) {
        return instances.write(
                key,
                terms,
                new WriteWork<>() {
                    private final CallAccess mine = access.of(caller, key);

                    @Override
                    public void checkCreation(Optional<BlockInForce> block) {
                        mine.checkCreation(block);
                    }

                    @Override
                    public void enter(WriteTransaction tx, Turn turn) {
                        mine.enter(tx, turn);
                    }

                    @Override
                    public Instance run(WriteTransaction tx, Turn turn) {
                        if (!turn.created()) {
                            throw Failure.of(
                                    Reason.INSTANCE_EXISTS,
                                    "instance " + key + ": exists already (expected: a new key)");
                        }
                        mine.leave(tx, turn);
                        return Instance.newBuilder()
                                .setKey(key.toProto())
                                .setIncarnation(turn.incarnation())
                                .setBookmark(
                                        new Bookmark(turn.incarnation(), tx.nextCommit())
                                                .toString())
                                .build();
                    }

                    @Override
                    public Failure told(Failure why) {
                        return mine.toldOfWrite(why);
                    }
                });
    }

    /** Fails with INSTANCE_NOT_FOUND if there is none that the caller may call. */
    Call<Boolean> delete(Caller caller, InstanceKey key, Terms terms) {
        return instances.delete(
                key,
                terms,
                new ReadWork<>() {
                    private final CallAccess mine = access.of(caller, key);

                    @Override
                    public void enter(ReadTransaction tx, Turn turn) {
                        mine.enter(tx, turn);
                    }

                    @Override
                    public Boolean run(ReadTransaction tx, Turn turn) {
                        mine.checkDeletion(tx, turn);
                        return true;
                    }

                    @Override
                    public Failure told(Failure why) {
                        return mine.toldOfRead(why);
                    }
                });
    }
}

package dev.atoll.node.instance;

import dev.atoll.node.alarms.DueTimes;
import dev.atoll.node.alarms.ExpiringTables;
import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.schema.InstanceSchema;
import dev.atoll.node.schema.SchemaStanding;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs the work of calls in transactions of their instance, which has the declared schema then.
 * Every method that takes an instance runs on that instance's lane.
 */
final class Transactions {
    /** Whether an instance that is behind has been brought to its schema. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final InstantSource clock = InstantSource.system();
    private final LifeCycle lifeCycle;
    private final SchemaUpkeep schemas;
    private final Wakes wakes;
    private final CommitLog log;
    private final DeclaredLimits limits;

    Transactions(
            LifeCycle lifeCycle,
            SchemaUpkeep schemas,
            Wakes wakes,
            CommitLog log,
            DeclaredLimits limits) {
        this.lifeCycle = lifeCycle;
        this.schemas = schemas;
        this.wakes = wakes;
        this.log = log;
        this.limits = limits;
    }

    /** On one snapshot. Fails with INSTANCE_NOT_FOUND if there is no instance. */
    <T> T read(HostedInstance instance, Call<?> call, ReadWork<T> work) {
        try {
            var block = schemas.find(instance.key);
            var database = lifeCycle.openExisting(instance);
            var declared = schemas.bring(instance, database, block);
            var turn = turn(instance, database, call, new Found(false, declared));
            return lifeCycle.guard(
                    instance,
                    () ->
                            database.read(
                                    call.budget(),
                                    tx -> {
                                        limits.begin(tx, turn);
                                        work.enter(tx, turn);
                                        limits.count(instance, turn);
                                        return work.run(tx, turn);
                                    }));
        } catch (Failure e) {
            limits.noteFailure(e);
            throw work.told(e);
        }
    }

    /** In one transaction; creates the instance if there is none. */
    <T> T write(HostedInstance instance, Call<T> call, WriteWork<T> work) {
        try {
            return lifeCycle.writeOrCreate(instance, new Writing<>(instance, call, work));
        } catch (Failure e) {
            limits.noteFailure(e);
            throw work.told(e);
        }
    }

    /** Makes an instance with nothing in it but what is declared. */
    InstanceStatus create(HostedInstance instance, Call<InstanceStatus> call) {
        var block = schemas.find(instance.key);
        return lifeCycle.create(
                instance,
                call.budget(),
                tx -> {
                    block.ifPresent(declared -> make(instance, declared, tx));
                    call.beginCommit();
                });
    }

    /** The instance is closed again if the transaction fails, which takes back what is noted. */
    private static void make(HostedInstance instance, BlockInForce block, WriteTransaction tx) {
        InstanceSchema.create(block.schema(), tx);
        SchemaUpkeep.made(instance, block);
    }

    /**
     * Brings an instance to the declared schema that nobody calls, and leaves it asleep if it was.
     * Throws where that may succeed later.
     */
    Brought bring(HostedInstance instance) {
        if (!schemas.isDeclared(instance.key)) {
            return Brought.NOT_DECLARED;
        }
        lifeCycle.checkWritable();
        var open = instance.database;
        boolean asleep = open == null;
        var database = open == null ? lifeCycle.openExisting(instance) : open;
        SchemaStanding standing;
        try {
            standing =
                    schemas.bring(instance, database, schemas.find(instance.key))
                            .orElseThrow()
                            .standing();
        } catch (RuntimeException e) {
            if (asleep) {
                lifeCycle.trySleep(instance);
            }
            throw e;
        }
        if (asleep) {
            lifeCycle.sleep(instance);
        }
        if (standing.failure().isEmpty()) {
            return Brought.REACHED;
        }
        var why = standing.failure().get();
        if (why.reason() == Reason.NODE_FULL) {
            throw why;
        }
        return Brought.FAILED;
    }

    /** One call's work in an instance that may not be there yet. */
    private final class Writing<T> implements LifeCycle.Writing<T> {
        private final HostedInstance instance;
        private final Call<T> call;
        private final WriteWork<T> work;
        private final Optional<BlockInForce> block;

        Writing(HostedInstance instance, Call<T> call, WriteWork<T> work) {
            this.instance = instance;
            this.call = call;
            this.work = work;
            this.block = schemas.find(instance.key);
        }

        @Override
        public void checkCreation() {
            work.checkCreation(block);
        }

        @Override
        public T create(InstanceDatabase database) {
            var found = new Found(true, block.map(SchemaUpkeep::ofNew));
            var turn = turn(instance, database, call, found);
            block.ifPresent(declared -> DeclaredLimits.limitSize(database, declared.block()));
            return run(
                    database,
                    turn,
                    tx -> {
                        block.ifPresent(declared -> make(instance, declared, tx));
                        return runWork(tx, turn);
                    });
        }

        @Override
        public T write(InstanceDatabase database) {
            var found = new Found(false, schemas.bring(instance, database, block));
            var turn = turn(instance, database, call, found);
            return run(database, turn, tx -> runWork(tx, turn));
        }

        private T runWork(WriteTransaction tx, Turn turn) {
            limits.begin(tx, turn);
            work.enter(tx, turn);
            if (work.counts()) {
                limits.count(instance, turn);
            }
            return work.run(tx, turn);
        }

        private T run(InstanceDatabase database, Turn turn, Function<WriteTransaction, T> inside) {
            var result =
                    database.write(
                            call.budget(),
                            log.sink(instance, database),
                            tx -> {
                                var said = inside.apply(tx);
                                wakes.beforeCommit(instance, tx, expiring(turn), false);
                                call.beginCommit();
                                return said;
                            });
            return work.done(result, database.commit());
        }
    }

    /** Tells the catalogue when the instance wants to be woken next, as nothing is under way. */
    DueTimes settle(HostedInstance instance, Call<?> call, Instant now) {
        var block = schemas.find(instance.key);
        var database = lifeCycle.openExisting(instance);
        var declared = schemas.bring(instance, database, block);
        var turn = turn(instance, database, call, new Found(false, declared));
        var due =
                lifeCycle.guard(
                        instance,
                        () -> database.read(call.budget(), tx -> DueTimes.of(tx, expiring(turn))));
        // Before the catalogue forgets an earlier time: what a crash takes back wants it again.
        log.await(instance.newest);
        wakes.settled(instance, turn.incarnation(), due, now);
        return due;
    }

    private ExpiringTables expiring(Turn turn) {
        return turn.declared()
                .map(
                        declared ->
                                declared.standing().failure().isEmpty()
                                        ? declared.block().expiring()
                                        : declared.block()
                                                .expiring()
                                                .notBefore(clock.instant().plus(LOOK_AGAIN)))
                .orElse(ExpiringTables.NONE);
    }

    private record Found(boolean created, Optional<Turn.Declared> declared) {}

    private Turn turn(
            HostedInstance instance, InstanceDatabase database, Call<?> call, Found found) {
        return new Turn(
                database.identity().incarnation(),
                call.queueTime(),
                () -> log.await(instance.newest),
                found.created(),
                found.declared());
    }
}

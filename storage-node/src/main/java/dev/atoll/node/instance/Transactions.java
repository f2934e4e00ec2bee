package dev.atoll.node.instance;

import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.schema.InstanceSchema;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs the work of calls in transactions of their instance, which has the declared schema then.
 * Every method that takes an instance runs on that instance's lane.
 */
final class Transactions {
    private final LifeCycle lifeCycle;
    private final SchemaUpkeep schemas;
    private final CommitLog log;
    private final DeclaredLimits limits;

    Transactions(LifeCycle lifeCycle, SchemaUpkeep schemas, CommitLog log, DeclaredLimits limits) {
        this.lifeCycle = lifeCycle;
        this.schemas = schemas;
        this.log = log;
        this.limits = limits;
    }

    /** On one snapshot. Fails with INSTANCE_NOT_FOUND if there is no instance. */
    <T> T read(HostedInstance instance, Call<?> call, Instances.ReadWork<T> work) {
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
    <T> T write(HostedInstance instance, Call<T> call, Instances.WriteWork<T> work) {
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
                    block.ifPresent(declared -> InstanceSchema.create(declared.schema(), tx));
                    call.beginCommit();
                });
    }

    /** One call's work in an instance that may not be there yet. */
    private final class Writing<T> implements LifeCycle.Writing<T> {
        private final HostedInstance instance;
        private final Call<T> call;
        private final Instances.WriteWork<T> work;
        private final Optional<BlockInForce> block;

        Writing(HostedInstance instance, Call<T> call, Instances.WriteWork<T> work) {
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
                    tx -> {
                        block.ifPresent(declared -> InstanceSchema.create(declared.schema(), tx));
                        return runWork(tx, turn);
                    });
        }

        @Override
        public T write(InstanceDatabase database) {
            var found = new Found(false, schemas.bring(instance, database, block));
            var turn = turn(instance, database, call, found);
            return run(database, tx -> runWork(tx, turn));
        }

        private T runWork(WriteTransaction tx, Turn turn) {
            limits.begin(tx, turn);
            work.enter(tx, turn);
            limits.count(instance, turn);
            return work.run(tx, turn);
        }

        private T run(InstanceDatabase database, Function<WriteTransaction, T> inside) {
            var result =
                    database.write(
                            call.budget(),
                            log.sink(instance, database),
                            tx -> {
                                var said = inside.apply(tx);
                                call.beginCommit();
                                return said;
                            });
            return work.done(result, database.commit());
        }
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

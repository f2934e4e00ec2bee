package dev.atoll.node.schema;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.schema.SchemaItem;
import dev.atoll.node.blocks.schema.SchemaPlan;
import dev.atoll.node.blocks.schema.TableSql;
import dev.atoll.node.blocks.schema.Unlikeness;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.CommitSink;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.SchemaChange;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes the tables of instances, and brings them to what is declared now. Immutable. */
public final class InstanceSchema {
    private static final SqlCall ITEMS = SqlCall.ofNode(SchemaItem.QUERY, List.of());

    private static final int BRIEF_MAX = 200;

    private InstanceSchema() {}

    /**
     * Makes the tables in the first transaction of a new instance, before anything else: so there
     * is no instance without them.
     */
    public static void create(BlockSchema wanted, WriteTransaction tx) {
        if (wanted.block().mode().sql()) {
            try {
                migrate(wanted.block().upkeep().migrations(), tx);
            } catch (Failure e) {
                throw isOfTheInstance(e) ? cannotBeMade(e) : e;
            }
        } else {
            wanted.block().tables().stream()
                    .flatMap(table -> TableSql.create(table).stream())
                    .forEach(sql -> run(sql, tx));
        }
        stored(wanted, List.of()).write(tx);
    }

    private static Failure cannotBeMade(Failure why) {
        return Failure.of(
                        Reason.MIGRATION_FAILED,
                        "a new instance cannot be made by the declared migrations: "
                                + why.message(),
                        why)
                .with("migration", why.details().getOrDefault("migration", ""));
    }

    /** Whether an instance has the declared schema. */
    public static boolean isAt(InstanceDatabase database, BlockSchema wanted, CallBudget budget) {
        return database.read(budget, StoredSchema::readFingerprint)
                .filter(wanted.fingerprint()::equals)
                .isPresent();
    }

    /**
     * Brings an instance to the declared schema, in one transaction. Where that fails for what is
     * in the instance, it stays what it was; throws where it may succeed at the next attempt, or
     * nobody knows.
     *
     * @param way how that is done
     */
    public static SchemaStanding bring(InstanceDatabase database, BlockSchema wanted, Way way) {
        try {
            SchemaChange.run(
                    database,
                    way.budgets().get(),
                    way.sink(),
                    tx -> {
                        change(wanted, tx);
                        way.last().accept(tx);
                    });
            return SchemaStanding.reached(wanted);
        } catch (Failure e) {
            if (!isOfTheInstance(e)) {
                throw e;
            }
            return behind(database, wanted, way.budgets().get(), e);
        }
    }

    /**
     * How an instance is brought to a schema.
     *
     * @param budgets what each of its transactions may take
     * @param sink where the commit goes
     * @param last what else is done in the same transaction, with the tables as declared
     */
    public record Way(
            Supplier<CallBudget> budgets, CommitSink sink, Consumer<WriteTransaction> last) {}

    /** How an instance stands that could not be brought to the declared schema. */
    public static SchemaStanding behind(
            InstanceDatabase database, BlockSchema wanted, CallBudget budget, Failure why) {
        boolean unlike =
                database.read(budget, tx -> Unlikeness.anyIn(items(tx), wanted.block().tables()));
        return new SchemaStanding(wanted, Optional.of(why), unlike);
    }

    private static void change(BlockSchema wanted, WriteTransaction tx) {
        var done = StoredSchema.read(tx).map(StoredSchema::migrations).orElse(List.of());
        var block = wanted.block();
        migrate(
                block.upkeep().migrations().stream()
                        .filter(migration -> !done.contains(migration.name()))
                        .toList(),
                tx);
        if (!block.mode().sql()) {
            SchemaPlan.of(items(tx), block.tables()).sql().forEach(sql -> run(sql, tx));
        }
        stored(wanted, done).write(tx);
    }

    /** They are of the file, and go through all checks of callers' statements. */
    private static void migrate(List<Block.Migration> migrations, WriteTransaction tx) {
        for (var migration : migrations) {
            for (var sql : migration.statements()) {
                try {
                    var _ = tx.execute(SqlCall.of(sql));
                } catch (Failure e) {
                    throw e.with("migration", migration.name());
                }
            }
        }
    }

    private static void run(String sql, WriteTransaction tx) {
        try {
            var _ = tx.execute(SqlCall.ofNode(sql, List.of()));
        } catch (Failure e) {
            throw e.reason() == Reason.SQL_ERROR ? within(sql, e) : e;
        }
    }

    /** What is wrong with a row, SQLite forgets while it changes a table: so say where it was. */
    private static Failure within(String sql, Failure why) {
        var brief = sql.length() <= BRIEF_MAX ? sql : sql.substring(0, BRIEF_MAX) + '…';
        return Failure.of(
                Reason.SQL_ERROR, why.message() + ", for some row or other, in: " + brief, why);
    }

    private static List<SchemaItem> items(ReadTransaction tx) {
        return tx.query(ITEMS).rows().stream().map(SchemaItem::of).toList();
    }

    private static StoredSchema stored(BlockSchema wanted, List<String> done) {
        var names = new ArrayList<>(done);
        wanted.block().upkeep().migrations().stream()
                .map(Block.Migration::name)
                .filter(name -> !done.contains(name))
                .forEach(names::add);
        return new StoredSchema(wanted.version(), wanted.fingerprint(), names);
    }

    /** Whether it would fail again, for what is in the instance, or room is what it lacks. */
    private static boolean isOfTheInstance(Failure failure) {
        return switch (failure.reason().action()) {
            case GIVE_UP -> true;
            // What there is can be read all the same.
            case BACK_OFF -> failure.reason() == Reason.NODE_FULL;
            case GET_TOKEN, AFTER_REFRESH, RETRY, RETRY_IF_SAFE, CALL_OPERATOR -> false;
        };
    }
}

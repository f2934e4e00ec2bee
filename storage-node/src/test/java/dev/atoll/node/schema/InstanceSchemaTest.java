package dev.atoll.node.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.journal.JournalRecord;
import dev.atoll.node.journal.Origin;
import dev.atoll.node.sqlite.CallBudget;
import dev.atoll.node.sqlite.CommitSink;
import dev.atoll.node.sqlite.InstanceDatabase;
import dev.atoll.node.sqlite.SqlCall;
import dev.atoll.node.sqlite.SqliteLimits;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance on its way from one declaration to the next. */
class InstanceSchemaTest {
    private static final String PARENT_AND_CHILD =
            "p: { fields: { a: { type: text } } }, c: { fields: { p: { type: text, references: p.id,"
                    + " on-delete: cascade } } }";

    private final List<JournalRecord.Commit> commits = new ArrayList<>();
    private final CommitSink sink =
            new CommitSink() {
                @Override
                public Origin origin(long timeMicros) {
                    return new Origin(0, 1, 1_000_001, timeMicros);
                }

                @Override
                public void append(JournalRecord.Commit commit) {
                    commits.add(commit);
                }
            };

    @TempDir private Path folder;
    private InstanceDatabase database;
    private long version;

    @BeforeEach
    void create() {
        database =
                InstanceDatabase.create(
                        folder.resolve("a.sqlite"),
                        new InstanceDatabase.Identity(1_000_001, InstanceKey.parse("ws:acme")),
                        SqliteLimits.DEFAULT,
                        InstantSource.system());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static CallBudget budget() {
        return new CallBudget(
                System.nanoTime() + Duration.ofMinutes(2).toNanos(), System::nanoTime);
    }

    private BlockSchema schema(String block) {
        var file =
                switch (BlockFile.read("databases: { ws: { dynamic: true, " + block + " } }")) {
                    case BlockFile.Result.Right(var right) -> right;
                    case BlockFile.Result.Wrong(var problems) ->
                            throw new AssertionError(problems.toString());
                };
        version++;
        return BlockSchema.of(file.blocks().getFirst(), version);
    }

    private BlockSchema tables(String tables, String... more) {
        return schema("tables: { " + tables + " }" + String.join("", more));
    }

    private void begin(BlockSchema wanted) {
        var _ =
                database.write(
                        budget(),
                        sink,
                        tx -> {
                            InstanceSchema.create(wanted, tx);
                            return true;
                        });
    }

    private SchemaStanding bring(BlockSchema wanted) {
        var way = new InstanceSchema.Way(InstanceSchemaTest::budget, sink, tx -> {});
        return InstanceSchema.bring(database, wanted, way);
    }

    private void sql(String sql) {
        var _ = database.write(budget(), sink, tx -> tx.execute(SqlCall.of(sql)));
    }

    private String first(String sql) {
        return database.read(budget(), tx -> tx.query(SqlCall.of(sql)))
                .rows()
                .getFirst()
                .getFirst()
                .toString();
    }

    private void addRow(String table, String columns, String values) {
        sql(
                "INSERT INTO %s (\"createdAt\", \"updatedAt\", %s) VALUES (0, 0, %s)"
                        .formatted(table, columns, values));
    }

    private void refusesOrphans() {
        var failure =
                catchThrowableOfType(Failure.class, () -> addRow("c", "id, p", "'x', 'nobody'"));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(Reason.CONSTRAINT_VIOLATION);
    }

    @Test
    void aNewInstanceIsAtTheLatestSchemaInItsFirstCommit() {
        var wanted =
                tables(
                        PARENT_AND_CHILD,
                        ", migrations: [ { name: never-run, sql: [DROP TABLE nothing] } ]");
        begin(wanted);
        assertThat(commits).hasSize(1);
        assertThat(InstanceSchema.isAt(database, wanted, budget())).isTrue();
        assertThat(InstanceSchema.isAt(database, tables(PARENT_AND_CHILD), budget())).isFalse();
    }

    @Test
    void makingATableAnewKeepsItsChildren() {
        begin(tables(PARENT_AND_CHILD));
        addRow("p", "id, a", "'1', 'x'");
        addRow("c", "id, p", "'2', '1'");
        var next = tables(PARENT_AND_CHILD.replace("{ a: { type: text }", "{ a: { type: json }"));
        // Not JSON: what does not fit keeps the instance where it is.
        var standing = bring(next);
        assertThat(standing.failure()).isPresent();
        assertThat(standing.unlike()).isTrue();
        refusesOrphans();
        sql("UPDATE p SET a = '{}'");
        assertThat(bring(next).failure()).isEmpty();
        assertThat(first("SELECT count(*) FROM c JOIN p ON c.p = p.id")).contains("1");
        refusesOrphans();
    }

    @Test
    void aMigrationThatLeavesAKeyWithoutItsRowIsUndone() {
        begin(tables(PARENT_AND_CHILD));
        addRow("p", "id, a", "'1', 'x'");
        addRow("c", "id, p", "'2', '1'");
        int before = commits.size();
        var standing =
                bring(
                        tables(
                                PARENT_AND_CHILD,
                                ", migrations: [ { name: m, sql: [DELETE FROM p] } ]"));
        assertThat(standing.failure().map(Failure::reason)).contains(Reason.CONSTRAINT_VIOLATION);
        assertThat(standing.unlike()).isFalse();
        assertThat(commits).hasSize(before);
        assertThat(first("SELECT count(*) FROM p")).contains("1");
        refusesOrphans();
    }

    @Test
    void aMigrationRunsOnceAndWholly() {
        begin(tables("t: { fields: { n: { type: integer } } }"));
        addRow("t", "id, n", "'1', 1");
        var more = ", migrations: [ { name: m, sql: [UPDATE t SET n = n + 1] } ]";
        var fields = "t: { fields: { n: { type: integer } } }";
        assertThat(bring(tables(fields, more)).failure()).isEmpty();
        assertThat(bring(tables(fields, more)).failure()).isEmpty();
        var failing =
                more.replace(
                        " ]",
                        ", { name: f, sql: [UPDATE t SET n = 77, INSERT INTO t (id) VALUES ('x')] }"
                                + " ]");
        var standing = bring(tables(fields, failing));
        assertThat(standing.failure().map(why -> why.details().get("migration"))).contains("f");
        assertThat(first("SELECT n FROM t")).contains("2").doesNotContain("77");
        assertThat(standing.unlike()).isFalse();
    }

    @Test
    void fingerprintsTellSchemasAndNothingElse() {
        var one = tables("t: { fields: { a: { type: text } } }");
        var ruled =
                tables("t: { fields: { a: { type: text, max: 5 } }, access: { read: 'true' } }");
        var other = tables("t: { fields: { a: { type: text, unique: true } } }");
        assertThat(one.isSame(ruled)).isTrue();
        assertThat(one.isSame(other)).isFalse();
        var migrated =
                tables(
                        "t: { fields: { a: { type: text } } }",
                        ", migrations: [ { name: m, sql: [DELETE FROM t] } ]");
        assertThat(one.isSame(migrated)).isFalse();
    }

    @Test
    void anInstanceOfSqlBeginsWithItsMigrations() {
        begin(
                schema(
                        "sql: true, migrations: [ { name: a, sql: [CREATE TABLE own(x), INSERT INTO"
                                + " own VALUES (5)] } ]"));
        assertThat(first("SELECT x FROM own")).contains("5");
        assertThat(
                        bring(
                                        schema(
                                                "sql: true, migrations: [ { name: a, sql: [CREATE"
                                                        + " TABLE own(x), INSERT INTO own VALUES (5)] },"
                                                        + " { name: b, sql: [UPDATE own SET x = 6] } ]"))
                                .failure())
                .isEmpty();
        assertThat(first("SELECT x FROM own")).contains("6");
    }

    private BlockSchema newer() {
        return tables(
                "t: { fields: { remark: { type: text } } }",
                ", migrations: [ { name: m, sql: [ALTER TABLE t RENAME COLUMN note TO remark] } ]");
    }

    private BlockSchema older() {
        return tables("t: { fields: { note: { type: text } } }");
    }

    private void goBackInTwoSteps(String remark) {
        assertThat(bring(older()).failure()).isEmpty();
        assertThat(bring(newer()).failure()).isEmpty();
        assertThat(first("SELECT coalesce(max(remark), 'none') FROM t")).contains(remark);
    }

    @Test
    void whatHasRunTheMigrationGoesBackInTwoSteps() {
        begin(older());
        addRow("t", "id, note", "'1', 'kept'");
        assertThat(bring(newer()).failure()).isEmpty();
        assertThat(bring(tables("u: { fields: {} }")).failure()).isEmpty();
        goBackInTwoSteps("kept");
    }

    /** The migration has not run in it. */
    @Test
    void whatSleptThroughTheMigrationGoesBackInTwoSteps() {
        begin(older());
        addRow("t", "id, note", "'1', 'kept'");
        assertThat(bring(tables("u: { fields: {} }")).failure()).isEmpty();
        goBackInTwoSteps("kept");
    }

    @Test
    void whatWasMadeWithoutTheTableGoesBackInTwoSteps() {
        begin(tables("u: { fields: {} }"));
        goBackInTwoSteps("none");
    }

    @Test
    void aFailureSaysWhereItHappened() {
        begin(tables("t: { fields: { a: { type: text } } }"));
        addRow("t", "id, a", "'1', 'no JSON'");
        var failure =
                bring(
                                tables(
                                        "t: { fields: { a: { type: text }, x: { type: text,"
                                                + " computed: \"json_extract(a, '$.x')\" } } }"))
                        .failure()
                        .orElseThrow();
        assertThat(failure.reason()).isEqualTo(Reason.SQL_ERROR);
        assertThat(failure.message()).contains("ALTER TABLE \"t\" ADD COLUMN \"x\"");
    }

    @Test
    void nobodyReachesTheNodesOwnTableBySql() {
        begin(tables("t: { fields: { a: { type: text } } }"));
        var failure =
                catchThrowableOfType(
                        Failure.class, () -> sql("UPDATE _atoll_schema SET version = 9"));
        assertThat(failure.reason()).isEqualTo(Reason.STATEMENT_NOT_ALLOWED);
    }
}

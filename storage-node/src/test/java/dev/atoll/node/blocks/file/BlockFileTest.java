package dev.atoll.node.blocks.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.blocks.Field;
import dev.atoll.node.blocks.Table;
import dev.atoll.node.rules.FieldType;
import dev.atoll.node.sqlite.SqlValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BlockFileTest {
    static String full() throws IOException {
        try (var file = BlockFileTest.class.getResourceAsStream("/blocks/full.yaml")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static BlockFile right(String yaml) {
        var result = BlockFile.read(yaml);
        assertThat(result).isInstanceOf(BlockFile.Result.Right.class);
        return ((BlockFile.Result.Right) result).file();
    }

    private static Block block(BlockFile file, String name) {
        return file.find(name).orElseThrow();
    }

    private static Table table(Block block, String name) {
        return block.find(name).orElseThrow();
    }

    @Test
    void readsAllThatThereIs() throws IOException {
        var file = right(full());

        assertThat(file.warnings()).isEmpty();
        assertThat(file.blocks().stream().map(Block::name))
                .containsExactly("workspace", "user", "news", "reports");
        var workspace = block(file, "workspace");
        assertThat(workspace.mode()).isEqualTo(new Block.Mode(true, false, false, true));
        assertThat(workspace.access().keySet()).containsExactlyInAnyOrder(Block.Operation.values());
        assertThat(block(file, "user").access().keySet())
                .containsExactlyInAnyOrder(Block.Operation.CREATE, Block.Operation.ACCESS);
        assertThat(block(file, "news").mode()).isEqualTo(new Block.Mode(false, true, false, false));
        assertThat(block(file, "reports").mode())
                .isEqualTo(new Block.Mode(true, false, true, false));
        assertThat(workspace.upkeep().migrations())
                .containsExactly(
                        new Block.Migration(
                                "2026-01-fill-note",
                                List.of(
                                        "UPDATE invoices SET note = '' WHERE note IS NULL",
                                        "DELETE FROM customers WHERE name = 'test'")));
    }

    @Test
    void readsLimits() throws IOException {
        var file = right(full());

        assertThat(block(file, "workspace").upkeep().limits())
                .isEqualTo(
                        new Block.Limits(
                                OptionalLong.of(512L << 20),
                                Optional.of(Duration.ofMillis(500)),
                                OptionalInt.of(200)));
        assertThat(block(file, "user").upkeep().limits())
                .isEqualTo(
                        new Block.Limits(
                                OptionalLong.empty(),
                                Optional.of(Duration.ofMinutes(2)),
                                OptionalInt.empty()));
        assertThat(block(file, "reports").upkeep().limits())
                .isEqualTo(
                        new Block.Limits(
                                OptionalLong.of(1L << 30),
                                Optional.of(Duration.ofSeconds(30)),
                                OptionalInt.empty()));
    }

    @Test
    void readsFields() throws IOException {
        var invoices = table(block(right(full()), "workspace"), "invoices");

        assertThat(invoices.fields().stream().map(Field::name).collect(Collectors.joining(" ")))
                .isEqualTo(
                        "id createdAt updatedAt amount tax total state customer note meta scan due"
                                + " goneAt");
        assertThat(field(invoices, "amount").presence().required()).isTrue();
        assertThat(field(invoices, "amount").range().max()).contains(SqlValue.of(1_000_000));
        assertThat(field(invoices, "tax").presence().initial()).contains(SqlValue.of(0.25));
        assertThat(field(invoices, "total").presence().computed()).contains("amount * (1 + tax)");
        assertThat(field(invoices, "state").range().words()).containsExactly("open", "paid", "no");
        assertThat(field(invoices, "meta").presence().initial())
                .contains(SqlValue.of("{\"a\": 1}"));
        assertThat(field(invoices, "due").presence().initial())
                .contains(
                        SqlValue.of(
                                Instant.parse("2026-01-31T12:00:00Z").getEpochSecond()
                                        * 1_000_000));
        assertThat(field(invoices, "customer").key())
                .isEqualTo(
                        new Field.Key(
                                false,
                                true,
                                Optional.of(
                                        new Field.Reference(
                                                "customers", "id", Field.OnDelete.CASCADE))));
        assertThat(field(invoices, "scan").type()).isEqualTo(FieldType.BLOB);
        assertThat(invoices.features())
                .isEqualTo(new Table.Features(List.of("note"), Optional.of("goneAt")));
        assertThat(invoices.indexes())
                .containsExactly(
                        new Table.Index(
                                List.of("state", "due"),
                                false,
                                Optional.of("state <> 'paid'"),
                                List.of("amount")),
                        new Table.Index(
                                List.of("customer", "due"), true, Optional.empty(), List.of()));
    }

    private static Field field(Table table, String name) {
        return table.find(name).orElseThrow();
    }

    @Test
    void compilesRules() throws IOException {
        var workspace = block(right(full()), "workspace");
        var invoices = table(workspace, "invoices");

        assertThat(invoices.access().keySet()).containsExactlyInAnyOrder(Table.Operation.values());
        var delete = Objects.requireNonNull(invoices.access().get(Table.Operation.DELETE));
        assertThat(delete.text()).isEqualTo("auth.role == 'admin'");
        assertThat(delete.compiled().sql()).isEqualTo("(? = ?)");
        var read =
                Objects.requireNonNull(
                        table(workspace, "members").access().get(Table.Operation.READ));
        assertThat(read.compiled().sql()).isEqualTo("1");
        // Expired rows are gone for rules, too; members have no ttl.
        var access = Objects.requireNonNull(workspace.access().get(Block.Operation.ACCESS));
        assertThat(access.compiled().sql())
                .isEqualTo(
                        "EXISTS (SELECT 1 FROM \"members\" AS \"t1\" WHERE ((\"t1\".\"userId\" = ?)"
                                + " AND (\"t1\".\"active\" = 1)))");
    }

    @Test
    void warnsOfWhatIsSlowOrInVain() {
        var file =
                right(
                        """
                        databases:
                          ws:
                            access:
                              access: tables.t.all(x, x.n > 0)
                            tables:
                              t:
                                fields: { n: { type: integer } }
                                access: { check: true }
                        """);
        assertThat(file.warnings())
                .hasToString(
                        "[4:27: asks every row of t: no index can help, 8:26: check without"
                                + " update: nothing can be changed]");
    }

    @Test
    void warnsOfAnInsertRuleThatTheNewRowItselfMayMakeTrue() {
        var text =
                """
                databases:
                  ws:
                    access: { access: true }
                    tables:
                      members:
                        fields: { who: { type: text } }
                        access:
                          read: tables.members.exists(m, m.who == auth.id)
                          insert: tables.members.exists(m, m.who == auth.id%s)
                """;
        assertThat(right(text.formatted("")).warnings())
                .hasToString(
                        "[9:40: finds the new row too, so that it can allow itself (expected: &&"
                                + " m.id != row.id)]");
        assertThat(right(text.formatted(" && m.id != row.id")).warnings()).isEmpty();
    }
}

package dev.atoll.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.cli.connect.ClientOptions;
import dev.atoll.cli.credentials.DevKey;
import dev.atoll.cli.credentials.RunningServer;
import dev.atoll.cli.serve.DevServer;
import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.cli.terminal.Progress;
import dev.atoll.client.Atoll;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoCommandTest {
    private static final Path CHINOOK = Path.of("../deploy/examples/chinook/chinook.sqlite");

    @TempDir Path data;

    private final StringWriter printed = new StringWriter();

    @Test
    void findsTheTotalsOfTheOriginalEachTimeItIsRun() throws IOException {
        try (var _ = DevServer.startOnFreePorts(data)) {
            assertThat(run()).isEqualTo(0);
            assertVerdict(printed.toString());
            assertThat(printed.toString()).doesNotContain("Deleting", "starting one");

            printed.getBuffer().setLength(0);
            assertThat(run()).isEqualTo(0);
            assertVerdict(printed.toString());
            assertThat(printed.toString()).containsPattern("Deleting the last run's +60/60");
        }
    }

    @Test
    void showsThatACustomerSeesOwnRowsAlone() throws IOException {
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = new ClientOptions().openClient(server.endpoint(), data);
                var original = ChinookFile.open(CHINOOK);
                var caller = user(server.endpoint(), "7")) {
            load(original, atoll);

            var view = CustomerView.of(7, 8, caller, atoll);
            view.print(new PrintWriter(printed));
            assertThat(view.holds()).as(printed.toString()).isTrue();
            assertThat(view.answers())
                    .extracting(CustomerView.Answer::answer)
                    .containsExactly(
                            "7",
                            "RULE_DENIED",
                            "INSTANCE_NOT_FOUND",
                            "CREATE_DENIED",
                            "3503",
                            "RULE_DENIED");
            // He is let into another's: that shows.
            assertThat(CustomerView.of(8, 7, caller, atoll).holds()).isFalse();
        }
    }

    private Atoll user(String endpoint, String name) throws IOException {
        var token =
                DevKey.find(data)
                        .orElseThrow()
                        .userToken(name, Map.of(), Duration.ofMinutes(5), InstantSource.system());
        return Atoll.connect(endpoint).token(token).build();
    }

    @Test
    void hidesNothingOfOthers() throws IOException {
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = new ClientOptions().openClient(server.endpoint(), data);
                var original = ChinookFile.open(CHINOOK)) {
            atoll.instance("user", "alice").mutate("CREATE TABLE notes (text TEXT)");
            assertThatThrownBy(() -> load(original, atoll))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("holds user:alice");
            assertThat(atoll.instance("user", "alice").query("SELECT * FROM notes")).isEmpty();
            assertThat(atoll.config().current()).isEmpty();

            atoll.config().apply("databases: { user: { sql: true, dynamic: true } }");
            assertThatThrownBy(() -> load(original, atoll))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("block file of its own");
            assertThat(atoll.config().versions()).hasSize(1);
        }
    }

    @Test
    void startsServerOfItsOwnWhereNoneRuns() throws IOException {
        assertThat(run()).isEqualTo(0);

        assertVerdict(printed.toString());
        assertThat(printed.toString()).contains("starting one in this process, on " + data);
        assertThat(RunningServer.find(data)).isEmpty();
    }

    @Test
    void noticesOneLostLine() throws IOException {
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = new ClientOptions().openClient(server.endpoint(), data);
                var original = ChinookFile.open(CHINOOK)) {
            load(original, atoll);
            var customers = new Customers(atoll, original.customerIds());
            assertThat(Verdict.of(original, atoll, customers).holds()).isTrue();

            customers
                    .instance(7)
                    .mutate(
                            "DELETE FROM invoice_lines WHERE id = (SELECT min(id) FROM invoice_lines)");

            var verdict = Verdict.of(original, atoll, customers);
            assertThat(verdict.holds()).isFalse();
            assertThat(verdict.totals().stream().filter(total -> !total.holds()))
                    .extracting(Verdict.Total::what)
                    .containsExactly("invoice lines", "money of lines");
        }
    }

    @Test
    void leavesInstancesOfOthersAlone() throws IOException {
        try (var server = DevServer.startOnFreePorts(data);
                var atoll = new ClientOptions().openClient(server.endpoint(), data);
                var original = ChinookFile.open(CHINOOK)) {
            var other = Customers.instance(atoll, 59);
            other.mutate("CREATE TABLE profile (mine TEXT)");

            assertThatThrownBy(() -> load(original, atoll))
                    .isInstanceOfSatisfying(
                            CommandException.class,
                            e -> assertThat(e.code()).isEqualTo(ExitCode.CONFLICT))
                    .hasMessageContaining("customer:59");

            assertThat(other.query("SELECT * FROM profile").isEmpty()).isTrue();
            assertThat(atoll.instances("customer").list()).hasSize(1);
        }
    }

    private int run() {
        return new CommandLine(new DemoCommand())
                .setOut(new PrintWriter(printed))
                .execute("--data", data.toString(), "--file", CHINOOK.toString());
    }

    private void load(ChinookFile original, Atoll atoll) {
        new StoreLoader(
                        original,
                        atoll,
                        (label, total) ->
                                new Progress(new PrintWriter(printed), false, label, total))
                .load(original.customerIds());
    }

    private static void assertVerdict(String printed) {
        assertThat(printed)
                .containsPattern("Loading customers +59/59")
                .containsPattern("customer:59: count invoices +\\| INSTANCE_NOT_FOUND +\\|")
                .containsPattern("invoices +\\| +412 \\| +412 \\| same")
                .containsPattern("invoice lines +\\| +2240 \\| +2240 \\| same")
                .containsPattern("money of invoices \\| +2328.60 \\| 2328.60 \\| same")
                .containsPattern("money of lines +\\| +2328.60 \\| 2328.60 \\| same")
                .contains("Verdict: nothing was lost")
                .doesNotContain("DIFFERENT", "WRONG");
    }
}

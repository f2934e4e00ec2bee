package dev.atoll.cli.credentials;

import dev.atoll.cli.terminal.CommandException;
import dev.atoll.cli.terminal.ExitCode;
import dev.atoll.process.Setting;
import dev.atoll.process.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints a token that the local dev server accepts. */
@Command(
        name = "token",
        description = {
            "Print a token signed with the key of the local dev server, alone on a line.",
            "",
            "  export ATOLL_TOKEN=$(./atoll token --service backend --scope 'user:*=read,write')"
        })
public final class TokenCommand implements Callable<Integer> {
    private static final Pattern SCOPE =
            Pattern.compile(
                    "(\\*|[a-z][a-z0-9_-]{0,62}(:\\S+)?)=(read|write|admin)(,(read|write|admin))*");

    @Spec private @Nullable CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Principal principal = new Principal();

    @Option(
            names = "--scope",
            paramLabel = "PATTERN=RIGHTS",
            split = "\\s+",
            hideParamSyntax = true,
            description = {
                "What a service may do; can be repeated. Patterns: user:alice, user:*, user:a*, catalog, *;"
                        + " rights: read, write, admin (default: *=read,write)"
            })
    private List<String> scopes = List.of();

    @Option(
            names = "--claim",
            paramLabel = "NAME=VALUE",
            description = "A claim of a user's token; can be repeated")
    private Map<String, String> claims = new LinkedHashMap<>();

    @Option(
            names = "--expires",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "For how long it is valid, as 30s, 5m, 1h or 1d (default: 1h)")
    private String expires = "1h";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "The data folder of the dev server (default: .atoll/dev beside the command)")
    private @Nullable Path data;

    /** Whom the token is for: exactly one of them. */
    private static final class Principal {
        @Option(names = "--service", paramLabel = "NAME", description = "A token for a service")
        private @Nullable String service;

        @Option(names = "--user", paramLabel = "NAME", description = "A token for a user")
        private @Nullable String user;
    }

    @Override
    public Integer call() throws IOException {
        var folder = DataFolder.chosen(data);
        var key =
                DevKey.find(folder)
                        .orElseThrow(
                                () ->
                                        new CommandException(
                                                ExitCode.NOT_FOUND,
                                                "there is no key of a dev server in "
                                                        + folder
                                                        + ": start one with ./atoll dev, or name its"
                                                        + " folder with --data"));
        java.util.Objects.requireNonNull(spec).commandLine().getOut().println(sign(key));
        return ExitCode.OK.number();
    }

    private String sign(DevKey key) {
        if ("".equals(principal.service) || "".equals(principal.user)) {
            throw usage("the name is empty (expected: whom the token is for)");
        }
        var clock = InstantSource.system();
        if (principal.service != null) {
            if (!claims.isEmpty()) {
                throw usage("--claim: only users have claims of their own (expected: --scope)");
            }
            var granted = scopes.isEmpty() ? List.of("*=read,write") : scopes;
            for (var scope : granted) {
                if (!SCOPE.matcher(scope).matches()) {
                    throw usage(
                            "--scope: '" + scope + "' (expected: as user:*=read,write or *=admin)");
                }
            }
            return key.serviceToken(
                    principal.service, String.join(" ", granted), validFor(), clock);
        }
        if (!scopes.isEmpty()) {
            throw usage("--scope: only services have scopes (expected: --claim)");
        }
        return key.userToken(
                java.util.Objects.requireNonNull(principal.user), claims, validFor(), clock);
    }

    private Duration validFor() {
        var settings =
                Settings.gather(
                        List.of(new Setting("expires", "1h", "How long it is valid")),
                        Map.of("expires", expires),
                        Map.of(),
                        null,
                        List.of());
        var duration = settings.duration("expires");
        if (duration.isZero()) {
            settings.problem("expires", expires, "more than 0");
        }
        settings.check();
        return duration;
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}

package dev.atoll.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.atoll.node.NodeConfig;
import dev.atoll.process.Setting;
import dev.atoll.router.RouterConfig;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The files by which Atoll is deployed name paths, ports and settings that exist. */
class DeployFilesTest {
    private static final String CONTAINERFILE = "deploy/Containerfile";
    private static final String COMPOSE = "deploy/compose.yaml";
    private static final Path FOLDER = Repository.file("deploy");
    private static final Pattern TARGET = Pattern.compile("(\\w+):(\\d+)");

    @Test
    void imageIsBuiltFromPathsThatExist() {
        var text = Repository.read(CONTAINERFILE);

        assertThat(text)
                .contains("cli/target/lib /opt/atoll/lib")
                .contains("/opt/atoll/lib/atoll-cli.jar");
        assertThat(Repository.read("cli/pom.xml"))
                .contains("<outputDirectory>${project.build.directory}/lib</outputDirectory>")
                .contains("<finalName>atoll-cli</finalName>")
                .contains("<mainClass>dev.atoll.cli.Atoll</mainClass>");
        assertThat(Repository.file("mvnw")).isExecutable();
    }

    @Test
    void imageAndUnitsStartTheJvmAlike() {
        var option = Pattern.compile("(?<=[ \"])-(?:-enable|-sun|XX|D)[^ \",]+");

        var image = options(option, CONTAINERFILE);
        assertThat(image)
                .contains(
                        "-XX:+UseTransparentHugePages",
                        "-Dio.grpc.netty.shaded.io.netty.leakDetection.level=disabled");
        assertThat(options(option, "deploy/systemd/atoll-node.service")).isEqualTo(image);
        assertThat(options(option, "deploy/systemd/atoll-router.service")).isEqualTo(image);
    }

    private static List<String> options(Pattern option, String file) {
        return Repository.read(file)
                .lines()
                .dropWhile(line -> !line.matches("(ExecStart|ENTRYPOINT).*"))
                .flatMap(line -> option.matcher(line).results())
                .map(MatchResult::group)
                .toList();
    }

    @Test
    void imageRunsAsAUserOfItsOwnAndChecksItsHealth() {
        var lines = Repository.read(CONTAINERFILE).lines().toList();

        assertThat(lines).contains("USER atoll");
        assertThat(lines).anyMatch(line -> line.startsWith("HEALTHCHECK "));
        assertThat(lines)
                .contains(
                        "EXPOSE "
                                + value(RouterConfig.SETTINGS, "port")
                                + " "
                                + value(NodeConfig.SETTINGS, "port")
                                + " "
                                + value(RouterConfig.SETTINGS, "http-port")
                                + " "
                                + value(NodeConfig.SETTINGS, "http-port"));
    }

    @Test
    void composeSetsOnlySettingsThatExist() {
        for (var service : ourServices().entrySet()) {
            var known =
                    settings(service.getKey()).stream().map(Setting::environmentVariable).toList();

            assertThat(environment(service.getValue()).keySet())
                    .as(service.getKey())
                    .isSubsetOf(known);
        }
    }

    @Test
    void composeRunsARouterAndThreeNodesThatAreReachedWhereTheySay() {
        assertThat(ourServices().keySet())
                .containsExactlyInAnyOrder("router", "node1", "node2", "node3");
        for (var name : List.of("node1", "node2", "node3")) {
            var environment = environment(service(name));

            assertThat(environment.get("ATOLL_ADVERTISE"))
                    .isEqualTo(name + ":" + environment.get("ATOLL_PORT"));
            assertThat(environment.get("ATOLL_CLUSTER"))
                    .isEqualTo(environment(service("router")).get("ATOLL_CLUSTER"));
        }
    }

    @Test
    void composeMountsFilesThatExist() {
        var missing = new ArrayList<String>();
        for (var service : services().values()) {
            for (var volume : list(map(service).get("volumes"))) {
                var source = volume.toString().split(":", -1)[0];
                // The secret is made by whoever runs it, as the first lines say.
                if (source.startsWith("./")
                        && !source.startsWith("./secret/")
                        && !Files.exists(FOLDER.resolve(source))) {
                    missing.add(source);
                }
            }
        }

        assertThat(missing).isEmpty();
    }

    @Test
    void composeOpensPortsOnLoopbackOnly() {
        var ports = new ArrayList<String>();
        for (var service : services().values()) {
            list(map(service).get("ports")).forEach(port -> ports.add(port.toString()));
        }

        assertThat(ports).isNotEmpty().allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void prometheusScrapesTheHttpPortsOfCompose() {
        var expected = new TreeSet<String>();
        for (var service : ourServices().entrySet()) {
            expected.add(
                    service.getKey()
                            + ":"
                            + environment(service.getValue()).get("ATOLL_HTTP_PORT"));
        }
        var scraped = new TreeSet<String>();
        var targets =
                TARGET.matcher(
                        Repository.read("deploy/prometheus/prometheus.yml")
                                .lines()
                                .filter(line -> line.contains("targets:"))
                                .toList()
                                .toString());
        while (targets.find()) {
            scraped.add(targets.group());
        }

        assertThat(scraped).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"router", "node"})
    void settingsFilesForSystemdNameSettingsThatExist(String role) throws IOException {
        var properties = new Properties();
        properties.load(
                new StringReader(Repository.read("deploy/systemd/" + role + ".properties")));

        assertThat(properties.stringPropertyNames())
                .isNotEmpty()
                .isSubsetOf(settings(role).stream().map(Setting::name).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"router", "node"})
    void systemdTakesTheUnits(String role, @TempDir Path scratch) throws Exception {
        var name = "atoll-" + role + ".service";
        var unit = Repository.read("deploy/systemd/" + name);

        assertThat(unit)
                .contains(
                        "-cp /opt/atoll/lib/atoll-cli.jar dev.atoll.cli.Atoll "
                                + role
                                + " --settings /etc/atoll/"
                                + role
                                + ".properties");
        var analyze = Tool.find("systemd-analyze");
        if (analyze.isPresent()) {
            System.out.println("DeployFilesTest: systemd-analyze checks " + name);
            // It wants the program to be there; the tests' own JVM is.
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var copy =
                    Files.writeString(scratch.resolve(name), unit.replace("/usr/bin/java", java));
            var outcome =
                    analyze.get()
                            .run(
                                    scratch,
                                    List.of("verify", "--recursive-errors=no", copy.toString()));

            assertThat(outcome.exitCode()).as(outcome.output()).isZero();
            assertThat(outcome.output()).doesNotContain("Unknown").doesNotContain("ignoring");
        } else {
            System.out.println(
                    "DeployFilesTest: there is no systemd-analyze; " + name + " is read only");
        }
    }

    @Test
    void tokenScriptSignsWhatTheIssuersFileTrusts(@TempDir Path scratch) throws Exception {
        var secret = "0123456789abcdef0123456789abcdef";
        var file = Files.writeString(scratch.resolve("secret"), secret + "\n");
        var script = new Tool(FOLDER.resolve("service-token.sh"));

        var outcome = script.run(scratch, List.of(file.toString(), "backend", "user:*=read"));

        if (Tool.find("openssl").isEmpty()) {
            assertThat(outcome.output()).contains("openssl is needed");
            return;
        }
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        var parts = outcome.output().split("\\.", -1);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        var signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8);
        assertThat(Base64.getUrlDecoder().decode(parts[2])).isEqualTo(mac.doFinal(signed));
        var claims =
                JsonParser.parseString(
                                new String(
                                        Base64.getUrlDecoder().decode(parts[1]),
                                        StandardCharsets.UTF_8))
                        .getAsJsonObject();
        var issuer =
                JsonParser.parseString(Repository.read("deploy/issuers.json"))
                        .getAsJsonObject()
                        .getAsJsonArray("issuers")
                        .get(0)
                        .getAsJsonObject();
        assertThat(claims.get("iss")).isEqualTo(issuer.get("issuer"));
        assertThat(claims.get("aud")).isEqualTo(issuer.get("audience"));
        assertThat(claims.get("sub").getAsString()).isEqualTo("backend");
        assertThat(claims.get("scope").getAsString()).isEqualTo("user:*=read");
        assertThat(claims.get("exp").getAsLong() - claims.get("iat").getAsLong()).isEqualTo(3600);
    }

    private static List<Setting> settings(String service) {
        return service.startsWith("router") ? RouterConfig.SETTINGS : NodeConfig.SETTINGS;
    }

    private static String value(List<Setting> settings, String name) {
        return settings.stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow()
                .defaultText();
    }

    private static Map<String, Object> services() {
        return map(new Yaml().<Map<String, Object>>load(Repository.read(COMPOSE)).get("services"));
    }

    private static Map<String, Object> ourServices() {
        var ours = new TreeMap<String, Object>();
        services()
                .forEach(
                        (name, service) -> {
                            if ("atoll".equals(map(service).get("image"))) {
                                ours.put(name, service);
                            }
                        });
        return ours;
    }

    private static Map<String, Object> service(String name) {
        return map(services().get(name));
    }

    private static Map<String, Object> environment(Object service) {
        return map(map(service).get("environment"));
    }

    @SuppressWarnings("unchecked") // YAML has maps by text and lists of anything.
    private static Map<String, Object> map(@Nullable Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static List<?> list(@Nullable Object value) {
        return value == null ? List.of() : (List<?>) value;
    }
}

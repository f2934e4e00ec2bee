package dev.atoll.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.system.harness.EtcdProcess;
import dev.atoll.system.harness.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the other tests stand on, stands by itself. */
class HarnessIT {
    @Test
    void etcdKeepsPortsAndDataThroughAKillAndAPause(@TempDir Path folder) {
        try (var etcd = new EtcdProcess(folder).start()) {
            etcd.put("/key", "value".getBytes(StandardCharsets.UTF_8));
            etcd.kill();
            etcd.start();
            etcd.pause();
            etcd.resume();

            assertThat(etcd.get("/key")).contains("value".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void certificatesAreIssuedAgainUnderTheSameName(@TempDir Path folder) throws Exception {
        var certificates = new TestCertificates(folder).issue("server");
        var first = Files.readString(certificates.certificate("server"));

        certificates.issue("server");

        assertThat(Files.readString(certificates.certificate("server"))).isNotEqualTo(first);
        assertThat(Files.readString(certificates.key("server")))
                .startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(Files.readString(certificates.authorities()))
                .startsWith("-----BEGIN CERTIFICATE-----");
    }
}

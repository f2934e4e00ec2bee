package dev.atoll.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OperatorHttpTest {
    @Test
    void saysWhyTheProcessIsNotReady() throws IOException, InterruptedException {
        var missing = new AtomicReference<>(List.of("etcd: not reachable", "lease: not held"));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var http = OperatorHttp.start(address, () -> "atoll_up 1\n", missing::get);
                var client = HttpClient.newHttpClient()) {
            assertThat(get(client, http, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(client, http, "/readyz").body())
                    .isEqualTo("etcd: not reachable\nlease: not held\n");

            missing.set(List.of());
            assertThat(get(client, http, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(client, http, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(client, http, "/metrics").body()).isEqualTo("atoll_up 1\n");
            assertThat(get(client, http, "/other").statusCode()).isEqualTo(404);
            assertThat(get(client, http, "/metricsxyz").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(HttpClient client, OperatorHttp http, String path)
            throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + http.port() + path);
        return client.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}

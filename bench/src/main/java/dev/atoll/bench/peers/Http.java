package dev.atoll.bench.peers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Asks HTTP servers of this machine. Immutable. */
final class Http {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private Http() {}

    /** Whether the page answers with 200. */
    static boolean isOk(String page) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(page)).timeout(ANSWER_MAX).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        }
    }

    /** Posts a body to each page, one after the other on one connection. */
    static void post(List<String> pages, byte[] body) throws IOException, InterruptedException {
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (var page : pages) {
                var request =
                        HttpRequest.newBuilder(URI.create(page))
                                .timeout(ANSWER_MAX)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build();
                var response = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != 200) {
                    throw new IOException(
                            page + ": " + response.statusCode() + " " + response.body());
                }
            }
        }
    }
}

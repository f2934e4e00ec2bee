package dev.atoll.router.auth;

import com.nimbusds.jose.JOSEException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A secret in a file, for HS256. Immutable. */
final class SharedSecret implements KeySource {
    /** RFC 7518, 3.2: as long as the hash. */
    private static final int BYTES_MIN = 32;

    private final KeySet keys;

    /** Reads the file without the line end an editor may leave. */
    SharedSecret(Path file) throws IOException {
        var secret = Files.readAllBytes(file);
        int length = secret.length;
        while (length > 0 && (secret[length - 1] == '\n' || secret[length - 1] == '\r')) {
            length--;
        }
        if (length < BYTES_MIN) {
            throw new IOException(
                    file + ": " + length + " bytes (expected: at least " + BYTES_MIN + ")");
        }
        try {
            var key = VerifyingKey.ofSecret(Arrays.copyOf(secret, length));
            this.keys = KeySet.NONE.next(List.of(key));
        } catch (JOSEException e) {
            throw new IOException(file + ": not a secret for HS256: " + e.getMessage(), e);
        }
    }

    @Override
    public KeySet keys() {
        return keys;
    }

    @Override
    public CompletableFuture<KeySet> refresh() {
        return CompletableFuture.completedFuture(keys);
    }

    @Override
    public void close() {}
}

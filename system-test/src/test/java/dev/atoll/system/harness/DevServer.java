package dev.atoll.system.harness;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Comparator;
import java.util.function.UnaryOperator;

/** {@code atoll dev}: router and node in one process, with the credentials it makes for itself. */
public final class DevServer implements AutoCloseable {
    private static final String SERVICES = "atoll-dev";
    private static final String USERS = "atoll-dev-users";

    private final Path data;
    private final AtollProcess process;

    /** A server that is not started yet, with its data under that folder. */
    public DevServer(Path folder) {
        data = folder.resolve("data");
        process = new AtollProcess("dev", "dev", folder).with("data", data);
    }

    /** The process, to add settings to and to signal. */
    public AtollProcess process() {
        return process;
    }

    /** Starts it and waits until it is ready. */
    public DevServer start() {
        process.start().awaitReady();
        return this;
    }

    public Path data() {
        return data;
    }

    /** A client that may do everything, by the key in the data folder. */
    public TestClient client() throws IOException, ParseException, JOSEException {
        return client(claims -> claims.issuer(SERVICES));
    }

    /** A client of that user. */
    public TestClient user(String name) throws IOException, ParseException, JOSEException {
        return client(claims -> claims.issuer(USERS).subject(name));
    }

    private TestClient client(UnaryOperator<JWTClaimsSet.Builder> change)
            throws IOException, ParseException, JOSEException {
        var key = ECKey.parse(Files.readString(data.resolve("keys").resolve("dev-key.json")));
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build();
        return new TestClient(process.port(), TestIssuer.sign(key, header, change));
    }

    /** Ends the process and removes its many files, which a build need not keep. */
    public void deleteData() throws IOException {
        process.kill();
        try (var files = Files.walk(data)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        process.close();
    }
}

package dev.atoll.system.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An authority of its own and certificates that it signs, as PEM files, made by the JDK's keytool.
 *
 * <pre>
 * authority.pem   what to trust
 * NAME.pem        a certificate for localhost, good for servers and clients
 * NAME.key        its private key (PKCS #8)
 * </pre>
 */
public final class TestCertificates {
    private static final char[] PASSWORD = "password".toCharArray();

    private final Path folder;
    private final Path store;

    /** Makes an authority in that folder. */
    public TestCertificates(Path folder) throws IOException, GeneralSecurityException {
        this.folder = Files.createDirectories(folder);
        store = folder.resolve("store.p12");
        keytool("-genkeypair", "-alias", "authority", "-dname", "CN=authority", "-ext", "bc:c");
        Files.writeString(
                authorities(), pem("CERTIFICATE", load().getCertificate("authority").getEncoded()));
    }

    /** Makes a key and a certificate for localhost, or new ones under the old name. */
    public TestCertificates issue(String name) throws IOException, GeneralSecurityException {
        var alias = name + "-" + System.nanoTime();
        keytool(
                "-genkeypair",
                "-alias",
                alias,
                "-signer",
                "authority",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        var entries = load();
        var certificates = new StringBuilder();
        for (Certificate certificate : entries.getCertificateChain(alias)) {
            certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        // The key first: a process that looks in between sees a pair that does not match, and
        // waits.
        replace(key(name), pem("PRIVATE KEY", entries.getKey(alias, PASSWORD).getEncoded()));
        replace(certificate(name), certificates.toString());
        return this;
    }

    public Path authorities() {
        return folder.resolve("authority.pem");
    }

    public Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD);
    }

    private void keytool(String... arguments) throws IOException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of(arguments));
        line.addAll(
                List.of(
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD)));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(output);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void replace(Path file, String text) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END "
                + kind
                + "-----\n";
    }
}

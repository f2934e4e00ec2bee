package dev.atoll.node.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.atoll.node.lease.EtcdSettings;
import dev.atoll.proto.placement.v1.ConfigRecord;
import dev.atoll.wire.EtcdLayout;
import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Versions in etcd. First the parts of the text, under a name of their own; then, in one
 * transaction that compares the revision of the key {@code config}, that key and the list's.
 * Whoever stops in between leaves parts that nothing points to, which the next storing removes.
 * Thread-safe.
 */
public final class EtcdConfigStore implements ConfigStore {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdConfigStore.class);

    /** etcd takes 1.5 MiB a request by default, and everybody waits while it syncs one. */
    private static final int PART_BYTES = 512 << 10;

    private final EtcdLayout layout;
    private final EtcdConnection etcd;

    @GuardedBy("random")
    private final RandomGenerator random;

    public EtcdConfigStore(EtcdSettings settings, RandomGenerator random) throws IOException {
        this.layout = settings.layout();
        this.etcd = new EtcdConnection(settings);
        this.random = random;
    }

    @Override
    public Found find() throws IOException {
        var current = findCurrent();
        return current.isEmpty()
                ? new Found(Optional.empty(), 0)
                : new Found(
                        Optional.of(version(record(current.get()))),
                        current.get().getModRevision());
    }

    @Override
    public Optional<String> findText(long number) throws IOException {
        var key = layout.versionKey(number);
        var found = etcd.get(key);
        return found.isEmpty() ? Optional.empty() : Optional.of(text(record(found.get())));
    }

    @Override
    public List<ConfigVersion> versions() throws IOException {
        return records().stream().map(EtcdConfigStore::version).toList();
    }

    @Override
    public Outcome store(ConfigVersion next, String text, Found before) throws IOException {
        return commit(upload(next, text), before);
    }

    /** Stores the text alone. Nothing changes by that. */
    ConfigRecord upload(ConfigVersion next, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var record =
                ConfigRecord.newBuilder()
                        .setVersion(next.number())
                        .setAppliedAtMillis(next.appliedAt().toEpochMilli())
                        .setAppliedBy(next.appliedBy())
                        .setSha256(
                                ByteString.copyFrom(
                                        HexFormat.of().parseHex(next.digest().sha256())))
                        .setSizeBytes(bytes.length)
                        .setUpload(newUpload())
                        .setParts((bytes.length + PART_BYTES - 1) / PART_BYTES)
                        .build();
        for (int part = 0; part < record.getParts(); part++) {
            int from = part * PART_BYTES;
            int length = Math.min(PART_BYTES, bytes.length - from);
            etcd.put(
                    layout.versionTextKey(record.getUpload(), part),
                    ByteString.copyFrom(bytes, from, length));
        }
        return record;
    }

    /** Makes the version of an upload current. */
    Outcome commit(ConfigRecord next, Found before) throws IOException {
        var key = EtcdConnection.bytes(layout.configKey());
        var value = EtcdConnection.bytes(next.toByteString());
        var list = EtcdConnection.bytes(layout.versionKey(next.getVersion()));
        EtcdConnection.Answer answer;
        try {
            answer =
                    etcd.transact(
                            // A key that is not there has modification revision 0.
                            EtcdConnection.unchanged(layout.configKey(), before.revision()),
                            List.of(
                                    Op.put(key, value, PutOption.DEFAULT),
                                    Op.put(list, value, PutOption.DEFAULT)),
                            Op.get(key, GetOption.DEFAULT));
        } catch (IOException e) {
            return settle(next, before, e);
        }
        if (answer.done()) {
            tidy(answer.revision());
            return new Outcome.Stored();
        }
        return overtaken(next, answer.found());
    }

    /** The transaction's reply was lost: what is there now says whether it happened. */
    private Outcome settle(ConfigRecord next, Found before, IOException lost) {
        try {
            var current = findCurrent();
            boolean changed = current.map(KeyValue::getModRevision).orElse(0L) != before.revision();
            if (changed) {
                // It was done, or can never be any more.
                return overtaken(next, current);
            }
        } catch (IOException e) {
            lost.addSuppressed(e);
        }
        throw Failure.of(
                Reason.OUTCOME_UNKNOWN,
                "etcd did not say whether version "
                        + next.getVersion()
                        + " became current: "
                        + lost.getMessage(),
                lost);
    }

    private Outcome overtaken(ConfigRecord next, Optional<KeyValue> current) throws IOException {
        long number = current.isEmpty() ? 0 : record(current.get()).getVersion();
        if (number >= next.getVersion()) {
            var ours = etcd.get(layout.versionKey(next.getVersion()));
            if (ours.isPresent() && record(ours.get()).getUpload().equals(next.getUpload())) {
                return new Outcome.Stored();
            }
        }
        return new Outcome.Overtaken(number);
    }

    /** The key is there while it is paused. */
    @Override
    public boolean isMigrationPaused() throws IOException {
        return etcd.get(layout.migrationPausedKey()).isPresent();
    }

    @Override
    public void pauseMigration(boolean paused) throws IOException {
        if (paused) {
            etcd.put(layout.migrationPausedKey(), ByteString.copyFromUtf8("paused"));
        } else {
            etcd.delete(layout.migrationPausedKey(), DeleteOption.DEFAULT);
        }
    }

    /** Called again and again by one thread. */
    @Override
    public void watch(Runnable changed) {
        etcd.watch(layout.configKey(), changed);
    }

    @Override
    public void close() {
        etcd.close();
    }

    private Optional<KeyValue> findCurrent() throws IOException {
        return etcd.get(layout.configKey());
    }

    private List<ConfigRecord> records() throws IOException {
        var records = new ArrayList<ConfigRecord>();
        for (var entry : etcd.list(layout.versionsPrefix(), false)) {
            records.add(record(entry));
        }
        records.sort(Comparator.comparingLong(ConfigRecord::getVersion).reversed());
        return records;
    }

    private String text(ConfigRecord record) throws IOException {
        var bytes = new ByteArrayOutputStream(record.getSizeBytes());
        for (int part = 0; part < record.getParts(); part++) {
            var key = layout.versionTextKey(record.getUpload(), part);
            var value = etcd.get(key);
            if (value.isEmpty()) {
                throw new IOException(
                        "etcd key " + key + " is missing (expected: a part of a text)");
            }
            bytes.write(value.get().getValue().getBytes());
        }
        var whole = bytes.toByteArray();
        var expected = version(record).digest();
        if (!ConfigVersion.Digest.of(whole).equals(expected)) {
            throw new IOException(
                    "version "
                            + record.getVersion()
                            + " in etcd is not the text that was applied (expected: SHA-256 "
                            + expected.sha256()
                            + ")");
        }
        return new String(whole, StandardCharsets.UTF_8);
    }

    /**
     * Removes old versions, and what storing left behind that ended before the current version was
     * stored. Safe beside another storing: one that began before that cannot succeed any more.
     *
     * @param revision of the transaction that made the version current
     */
    private void tidy(long revision) {
        try {
            var records = records();
            var dropped =
                    Retention.dropped(records.stream().map(EtcdConfigStore::version).toList());
            var kept = new HashSet<String>();
            for (var record : records.subList(0, records.size() - dropped.size())) {
                kept.add(record.getUpload());
            }
            for (var version : dropped) {
                etcd.delete(layout.versionKey(version.number()), DeleteOption.DEFAULT);
            }
            for (var upload : oldestParts().entrySet()) {
                if (!kept.contains(upload.getKey()) && upload.getValue() < revision) {
                    etcd.delete(
                            layout.versionTextPrefix(upload.getKey()),
                            DeleteOption.builder().isPrefix(true).build());
                }
            }
        } catch (IOException e) {
            // It is stored all the same; the next one tries again.
            LOG.warn("old versions of the configuration could not be removed: {}", e.getMessage());
        }
    }

    /** The revision of the oldest part of each text, by its name. */
    private Map<String, Long> oldestParts() throws IOException {
        var oldest = new HashMap<String, Long>();
        var prefix = layout.versionTextsPrefix();
        for (var entry : etcd.list(prefix, true)) {
            var key = entry.getKey().toString(StandardCharsets.UTF_8).substring(prefix.length());
            int slash = key.indexOf('/');
            if (slash > 0) {
                oldest.merge(key.substring(0, slash), entry.getModRevision(), Math::min);
            }
        }
        return oldest;
    }

    private String newUpload() {
        synchronized (random) {
            return HexFormat.of().toHexDigits(random.nextLong())
                    + HexFormat.of().toHexDigits(random.nextLong());
        }
    }

    private static ConfigRecord record(KeyValue entry) throws IOException {
        var key = entry.getKey().toString(StandardCharsets.UTF_8);
        try {
            var record = ConfigRecord.parseFrom(entry.getValue().getBytes());
            version(record);
            return record;
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new IOException("etcd key " + key + " is not one of ours: " + e.getMessage(), e);
        }
    }

    private static ConfigVersion version(ConfigRecord record) {
        return new ConfigVersion(
                record.getVersion(),
                Instant.ofEpochMilli(record.getAppliedAtMillis()),
                record.getAppliedBy(),
                new ConfigVersion.Digest(
                        HexFormat.of().formatHex(record.getSha256().toByteArray()),
                        record.getSizeBytes()));
    }
}

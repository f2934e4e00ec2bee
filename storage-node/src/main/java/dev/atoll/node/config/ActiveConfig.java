package dev.atoll.node.config;

import dev.atoll.node.blocks.file.BlockFile;
import dev.atoll.node.lease.LeaseClock;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The version that this node acts on, and whether it is known to be the current one. One thread
 * asks the store when a watch says so, and every second in any case; what it found is published in
 * volatile fields, which never wait. Thread-safe.
 *
 * <p>A node never goes back to a lower number, over restarts either: where the store says less than
 * the node has had, it keeps what it has, unconfirmed.
 */
public final class ActiveConfig implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveConfig.class);

    /** As long as a node's lease: who cannot ask etcd is no member soon after. */
    private static final Duration GOOD_FOR = Duration.ofSeconds(5);

    private static final Duration ASK_EVERY = Duration.ofSeconds(1);
    private static final Duration FIRST_ANSWER_MOST = Duration.ofSeconds(5);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private final ConfigStore store;
    private final @Nullable FolderConfigStore copy;
    private final LongSupplier ticker;
    private final LeaseClock confirmation;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("config").factory());
    private final AtomicBoolean asking = new AtomicBoolean();

    // Written by the config thread alone, and before it starts.
    private volatile Optional<Declarations> active = Optional.empty();
    private volatile Standing standing = new Standing(true, "not asked yet");

    // Written by the config thread alone, and before it starts.
    private volatile boolean known;

    // Written by the config thread alone; empty until the store has said it.
    private volatile Optional<Boolean> migrationPaused = Optional.empty();

    // Of the config thread: a version that cannot be used, which is not read again and again.
    private Optional<Refused> refused = Optional.empty();

    /**
     * How the last asking ended.
     *
     * @param outdated whether what is active is not the current version
     * @param trouble empty if it is
     */
    private record Standing(boolean outdated, String trouble) {}

    private record Refused(ConfigVersion version, String why) {}

    // Who stores a version has read it: a large one takes a core for seconds.
    private volatile Optional<Declarations> expected = Optional.empty();

    /**
     * Nothing is active yet.
     *
     * @param copy where the newest version is kept for a start without the store; null if the store
     *     is here
     */
    public ActiveConfig(ConfigStore store, @Nullable FolderConfigStore copy) {
        this(store, copy, new Clocks(System::nanoTime, InstantSource.system()));
    }

    ActiveConfig(ConfigStore store, @Nullable FolderConfigStore copy, Clocks clocks) {
        this.store = store;
        this.copy = copy;
        this.ticker = clocks.ticker();
        this.confirmation = new LeaseClock(GOOD_FOR, clocks.ticker(), clocks.wall());
    }

    /** By which a confirmation ends. */
    record Clocks(LongSupplier ticker, InstantSource wall) {}

    /**
     * Takes the copy, asks the store once, for seconds at most, and goes on in the background. A
     * store that is here is asked for as long as that takes; throws IOException if the version that
     * it says is in force cannot be used. Nobody else could tell later what is declared, and
     * services would meanwhile be served as if nothing were.
     */
    public void start() throws IOException {
        if (copy == null) {
            askFirst(Duration.ofNanos(Long.MAX_VALUE));
            checkUsed();
        } else {
            takeCopy(copy);
            askFirst(FIRST_ANSWER_MOST);
        }
        var _ =
                thread.scheduleWithFixedDelay(
                        this::ask,
                        ASK_EVERY.toMillis(),
                        ASK_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void askFirst(Duration most) throws IOException {
        try {
            thread.submit(this::ask).get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.info("the first look for the configuration takes longer; starting without it");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking for the configuration", e);
        }
    }

    private void checkUsed() throws IOException {
        var trouble = standing.trouble();
        if (!trouble.isEmpty()) {
            throw new IOException(
                    "configuration: "
                            + trouble
                            + "; the node does not start without the declarations that are in force"
                            + " (expected: the file as it was applied, and a version of Atoll that"
                            + " can read it)");
        }
    }

    /**
     * What is declared, by the version in use; empty while none was ever applied, or none is known
     * yet. A call takes it once, and goes by that to its end.
     */
    public Optional<Declarations> current() {
        return active;
    }

    /**
     * Whether what {@link #current} says was ever true: a version is in use, or the store has said
     * that there is none.
     */
    public boolean isKnown() {
        return known;
    }

    /**
     * Whether that is the current version: the store said so a few seconds ago at most. A later one
     * may have been stored since, but not earlier than that.
     */
    public boolean isConfirmed() {
        return !standing.outdated() && confirmation.isGood();
    }

    /** Why it is not confirmed; empty when it is. */
    public List<String> missing() {
        if (isConfirmed()) {
            return List.of();
        }
        var why = standing.trouble();
        return List.of(
                "configuration: which version is current is not confirmed"
                        + (why.isEmpty() ? "" : ": " + why));
    }

    /**
     * Whether the bringing of sleeping instances to the declared schema is known to be paused, or
     * not to be; empty while the store has not said it since the start.
     */
    public Optional<Boolean> isMigrationPaused() {
        return migrationPaused;
    }

    /** A version that is about to be stored, which need not be read again then; or none. */
    void expect(Optional<Declarations> next) {
        expected = next;
    }

    /** Asks the store now, and waits for that; whether that version or a later one is in use. */
    boolean isActiveSoon(long number, Duration atMost) {
        askAgain(atMost);
        if (isBelow(number)) {
            LOG.info("version {} of the configuration is not in use here yet", number);
        }
        return !isBelow(number);
    }

    /** Asks the store now, and waits for that. */
    void askAgain(Duration atMost) {
        try {
            thread.submit(this::ask).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | RejectedExecutionException e) {
            LOG.debug("asking for the configuration takes longer", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            var _ = thread.awaitTermination(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    private boolean isBelow(long number) {
        return active.map(now -> now.version().number()).orElse(0L) < number;
    }

    private void takeCopy(FolderConfigStore kept) {
        try {
            var version = kept.find().version();
            if (version.isEmpty()) {
                return;
            }
            var text = kept.findText(version.get().number());
            active =
                    switch (BlockFile.read(text.orElse(""))) {
                        case BlockFile.Result.Right(var file) ->
                                Optional.of(new Declarations(version.get(), file));
                        case BlockFile.Result.Wrong(var problems) ->
                                throw new IOException(
                                        "version "
                                                + version.get().number()
                                                + ": "
                                                + problems.getFirst());
                    };
            known = true;
        } catch (IOException e) {
            // Better none than a damaged one: nobody is served until the store has been asked.
            LOG.error("the copy of the configuration cannot be read: {}", e.getMessage());
        }
    }

    private void askSoon() {
        if (asking.compareAndSet(false, true)) {
            try {
                thread.execute(
                        () -> {
                            asking.set(false);
                            ask();
                        });
            } catch (RejectedExecutionException e) {
                // Closed: nobody wants to know any more.
                asking.set(false);
            }
        }
    }

    /** On the config thread. Never throws: what is scheduled would not run again. */
    private void ask() {
        try {
            store.watch(this::askSoon);
            long sent = ticker.getAsLong();
            var found = store.find().version();
            // After that: where a pause was before a version, the version is not seen without it.
            askWhetherPaused();
            var now = active.map(Declarations::version);
            if (found.equals(now)) {
                confirmed(sent);
            } else if (found.isPresent() && isBelow(found.get().number())) {
                take(found.get(), sent);
            } else {
                trouble(
                        true,
                        "version "
                                + found.map(ConfigVersion::number).orElse(0L)
                                + " is stored (expected: "
                                + now.map(ConfigVersion::number).orElse(0L)
                                + ", which this node has had, or a later one): the store has lost"
                                + " data; apply a file again");
            }
        } catch (IOException e) {
            trouble(standing.outdated(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("looking for the configuration failed, and goes on", e);
            trouble(standing.outdated(), e.toString());
        }
    }

    /** Not knowing it keeps nobody from being served. */
    private void askWhetherPaused() {
        try {
            migrationPaused = Optional.of(store.isMigrationPaused());
        } catch (IOException e) {
            if (migrationPaused.isPresent()) {
                LOG.warn("whether the migration is paused is not known: {}", e.getMessage());
            }
            migrationPaused = Optional.empty();
        }
    }

    private void take(ConfigVersion found, long sent) throws IOException {
        var before = refused.filter(version -> version.version().equals(found));
        if (before.isPresent()) {
            trouble(true, before.get().why());
            return;
        }
        var text = store.findText(found.number());
        if (text.isEmpty()) {
            throw new IOException("version " + found.number() + " is current and not there");
        }
        var known = expected.filter(read -> read.version().equals(found));
        if (known.isPresent()) {
            use(known.get(), text.get(), sent);
            return;
        }
        switch (BlockFile.read(text.get())) {
            case BlockFile.Result.Wrong(var problems) -> {
                var why =
                        "version "
                                + found.number()
                                + " cannot be used by this node: "
                                + problems.getFirst();
                refused = Optional.of(new Refused(found, why));
                trouble(true, why);
            }
            case BlockFile.Result.Right(var file) ->
                    use(new Declarations(found, file), text.get(), sent);
        }
    }

    private void use(Declarations next, String text, long sent) {
        keepCopy(next.version(), text);
        active = Optional.of(next);
        confirmed(sent);
        LOG.atInfo()
                .addKeyValue("version", next.version().number())
                .addKeyValue("by", next.version().appliedBy())
                .log("configuration is active");
    }

    private void keepCopy(ConfigVersion version, String text) {
        if (copy == null) {
            return;
        }
        try {
            copy.keepOnly(version, text);
        } catch (IOException | RuntimeException e) {
            if (thread.isShutdown()) {
                // Interrupted by the closing: a whole one is there, this or the one before.
                return;
            }
            // The version is in force all the same: an older one would be worse than no copy.
            LOG.error("the copy of the configuration cannot be written: {}", e.toString());
        }
    }

    private void confirmed(long sent) {
        known = true;
        confirmation.renewed(sent);
        if (!standing.trouble().isEmpty()) {
            standing = new Standing(false, "");
        }
    }

    private void trouble(boolean outdated, String why) {
        if (thread.isShutdown()) {
            // Interrupted by the closing: nobody is served any more.
            return;
        }
        var before = standing;
        standing = new Standing(outdated, why);
        if (before.trouble().isEmpty()) {
            LOG.warn("the current configuration cannot be confirmed: {}", why);
        }
    }
}

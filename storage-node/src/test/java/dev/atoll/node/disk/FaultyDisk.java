package dev.atoll.node.disk;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that keeps apart what was written and what is safe, and fails on cue.
 * Thread-safe.
 *
 * <p>Names and bytes are kept apart too: a file's bytes are safe after its sync, its name after the
 * sync of the folder. {@link #crash} yields what a power cut could leave.
 */
public final class FaultyDisk implements Disk {
    private static final int GROW_BYTES = 64 * 1024;

    private final Map<Path, Inode> safeNames = new TreeMap<>();
    private final Map<Path, Inode> names = new TreeMap<>();
    private final List<NameChange> nameChanges = new ArrayList<>();
    private long capacity = Long.MAX_VALUE;
    private int writesUntilFailure = -1;
    private String writesOf = "";
    private int syncsUntilFailure = -1;
    private String syncsOf = "";
    private int changesUntilOff = -1;
    private int writes;
    private int syncs;
    private boolean gone;

    private static final class Inode {
        private byte[] safe = new byte[0];
        private byte[] bytes = new byte[0];
        private int size;
        private final List<Unsynced> unsynced = new ArrayList<>();
    }

    /** A folder's change: the name means that file now, or none. */
    private record NameChange(Path name, @Nullable Inode inode, int group) {}

    /**
     * What is there after a power cut: of the writes and names that were not synced, some, torn
     * anywhere, in any order. This disk is gone: whoever still uses it fails.
     */
    public synchronized FaultyDisk crash(long seed) {
        gone = true;
        var random = new Random(seed);
        var after = new FaultyDisk();
        after.capacity = capacity;
        var kept = new TreeMap<>(safeNames);
        var groupKept = new TreeMap<Integer, Boolean>();
        int mood = random.nextInt(3);
        for (var change : nameChanges) {
            boolean keep =
                    groupKept.computeIfAbsent(
                            change.group(), _ -> mood == 0 || (mood == 1 && random.nextBoolean()));
            if (keep) {
                if (change.inode() == null) {
                    kept.remove(change.name());
                } else {
                    kept.put(change.name(), change.inode());
                }
            }
        }
        var copies = new IdentityHashMap<Inode, Inode>();
        for (var name : kept.entrySet()) {
            var copy = copies.computeIfAbsent(name.getValue(), inode -> afterCrash(inode, random));
            after.names.put(name.getKey(), copy);
            after.safeNames.put(name.getKey(), copy);
        }
        return after;
    }

    private static Inode afterCrash(Inode inode, Random random) {
        byte[] bytes = inode.safe.clone();
        int mood = random.nextInt(4);
        var order = new ArrayList<>(inode.unsynced);
        if (mood == 3) {
            Collections.shuffle(order, random);
        }
        for (var write : order) {
            // 0: nothing was kept; 1: all; 2, 3: some, some of it torn.
            if (mood == 0 || (mood >= 2 && random.nextBoolean())) {
                continue;
            }
            var data = write.bytes();
            if (data == null) {
                bytes = Arrays.copyOf(bytes, Math.min(bytes.length, write.at()));
                continue;
            }
            int from = 0;
            int to = data.length;
            if (mood >= 2 && random.nextBoolean()) {
                from = random.nextInt(3) == 0 ? random.nextInt(data.length + 1) : 0;
                to = from + random.nextInt(data.length - from + 1);
            }
            if (to > from) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length, write.at() + to));
                System.arraycopy(data, from, bytes, write.at() + from, to - from);
            }
        }
        var copy = new Inode();
        copy.safe = bytes;
        copy.bytes = bytes.clone();
        copy.size = bytes.length;
        return copy;
    }

    /** What is there after the process was killed: all that was written, safe or not. */
    public synchronized FaultyDisk kill() {
        gone = true;
        var after = new FaultyDisk();
        after.capacity = capacity;
        var copies = new IdentityHashMap<Inode, Inode>();
        safeNames.forEach((name, inode) -> after.safeNames.put(name, copied(inode, copies)));
        names.forEach((name, inode) -> after.names.put(name, copied(inode, copies)));
        for (var change : nameChanges) {
            var inode = change.inode() == null ? null : copied(change.inode(), copies);
            after.nameChanges.add(new NameChange(change.name(), inode, change.group()));
        }
        return after;
    }

    private static Inode copied(Inode inode, Map<Inode, Inode> copies) {
        return copies.computeIfAbsent(
                inode,
                _ -> {
                    var copy = new Inode();
                    copy.safe = inode.safe.clone();
                    copy.bytes = inode.bytes.clone();
                    copy.size = inode.size;
                    copy.unsynced.addAll(inode.unsynced);
                    return copy;
                });
    }

    /** Another disk with the same files, all of them safe. */
    public synchronized FaultyDisk copy() {
        var copy = new FaultyDisk();
        for (var name : names.entrySet()) {
            var inode = new Inode();
            inode.safe = Arrays.copyOf(name.getValue().bytes, name.getValue().size);
            inode.bytes = inode.safe.clone();
            inode.size = inode.safe.length;
            copy.names.put(name.getKey(), inode);
            copy.safeNames.put(name.getKey(), inode);
        }
        return copy;
    }

    /** Lets the n-th write from now fail, from 1, and every later one. */
    public synchronized void failWrite(int nth) {
        failWrite("", nth);
    }

    /** The same, of files whose name ends so. */
    public synchronized void failWrite(String nameEnd, int nth) {
        writesUntilFailure = nth;
        writesOf = nameEnd;
    }

    /** Lets the n-th sync from now fail, from 1; later ones succeed, as they do on Linux. */
    public synchronized void failSync(int nth) {
        failSync("", nth);
    }

    /** The same, of files and folders whose name ends so. */
    public synchronized void failSync(String nameEnd, int nth) {
        syncsUntilFailure = nth;
        syncsOf = nameEnd;
    }

    /** Turns the power off after that many writes, syncs, renames and deletions. */
    public synchronized void powerOffAfter(int changes) {
        changesUntilOff = changes;
    }

    /** Lets the disk hold that many bytes. */
    public synchronized void full(long bytes) {
        capacity = bytes;
    }

    /** Turns a bit of a file, safe or not. */
    public synchronized void flip(Path path, long bit) throws IOException {
        var inode = find(path);
        inode.bytes[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
        if (bit / 8 < inode.safe.length) {
            inode.safe[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
        }
    }

    /** Overwrites bytes of a file, safe or not. */
    public synchronized void poke(Path path, int at, byte[] bytes) throws IOException {
        var inode = find(path);
        System.arraycopy(bytes, 0, inode.bytes, at, bytes.length);
        System.arraycopy(bytes, 0, inode.safe, at, bytes.length);
    }

    /** All bytes of a file, as a reader sees them. */
    public synchronized byte[] peek(Path path) throws IOException {
        var inode = find(path);
        return Arrays.copyOf(inode.bytes, inode.size);
    }

    public synchronized int writes() {
        return writes;
    }

    public synchronized int syncs() {
        return syncs;
    }

    @Override
    public synchronized DiskFile open(Path path, OpenMode mode) throws IOException {
        checkThere();
        var inode = names.get(path);
        if (inode == null && (mode == OpenMode.READ || mode == OpenMode.WRITE)) {
            throw new NoSuchFileException(path.toString());
        }
        if (inode != null && mode == OpenMode.CREATE_NEW) {
            throw new FileAlreadyExistsException(path.toString());
        }
        if (inode == null) {
            inode = new Inode();
            names.put(path, inode);
            nameChanges.add(new NameChange(path, inode, nameChanges.size()));
        }
        return new OpenFile(inode, mode != OpenMode.READ);
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        checkThere();
        return names.containsKey(path);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        countChange();
        if (names.remove(path) != null) {
            nameChanges.add(new NameChange(path, null, nameChanges.size()));
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        countChange();
        var inode = find(from);
        names.remove(from);
        names.put(to, inode);
        // A rename is atomic: after a crash both of its halves are there, or neither.
        int group = nameChanges.size();
        nameChanges.add(new NameChange(from, null, group));
        nameChanges.add(new NameChange(to, inode, group));
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        checkThere();
        return names.keySet().stream().filter(path -> directory.equals(path.getParent())).toList();
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        checkThere();
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        countSync(directory.toString());
        safeNames.keySet().removeIf(path -> directory.equals(path.getParent()));
        for (var name : names.entrySet()) {
            if (directory.equals(name.getKey().getParent())) {
                safeNames.put(name.getKey(), name.getValue());
            }
        }
        nameChanges.removeIf(change -> directory.equals(change.name().getParent()));
    }

    /** Always the same: this disk has no clock. */
    @Override
    public long size(Path path) throws IOException {
        try (var file = open(path, OpenMode.READ)) {
            return file.size();
        }
    }

    @Override
    public long modifiedMicros(Path path) {
        return 0;
    }

    @Override
    public synchronized long usableBytes(Path path) throws IOException {
        checkThere();
        return Math.max(0, capacity - used());
    }

    private long used() {
        return names.values().stream().mapToLong(inode -> inode.size).sum();
    }

    private Inode find(Path path) throws IOException {
        var inode = names.get(path);
        if (inode == null) {
            throw new FileNotFoundException(path.toString());
        }
        return inode;
    }

    private void checkThere() throws IOException {
        if (gone) {
            throw new IOException("the power is off");
        }
    }

    private void countChange() throws IOException {
        checkThere();
        if (changesUntilOff >= 0 && changesUntilOff-- == 0) {
            gone = true;
            checkThere();
        }
    }

    /** The name that the file has now; empty if it was deleted. */
    private String name(Inode inode) {
        return names.entrySet().stream()
                .filter(name -> name.getValue() == inode)
                .map(name -> name.getKey().toString())
                .findAny()
                .orElse("");
    }

    private void countSync(String name) throws IOException {
        countChange();
        syncs++;
        if (syncsUntilFailure > 0 && name.endsWith(syncsOf) && --syncsUntilFailure == 0) {
            throw new IOException("Input/output error, as asked for");
        }
    }

    private final class OpenFile implements DiskFile {
        private final Inode inode;
        private final boolean writable;
        private boolean closed;

        OpenFile(Inode inode, boolean writable) {
            this.inode = inode;
            this.writable = writable;
        }

        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            synchronized (FaultyDisk.this) {
                checkOpen();
                if (at >= inode.size) {
                    return -1;
                }
                int count = (int) Math.min(into.remaining(), inode.size - at);
                into.put(inode.bytes, (int) at, count);
                return count;
            }
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            synchronized (FaultyDisk.this) {
                checkOpen();
                if (!writable) {
                    throw new IOException("open for reading only");
                }
                countChange();
                writes++;
                var data = new byte[from.remaining()];
                from.get(data);
                boolean fails =
                        writesUntilFailure > 0
                                && name(inode).endsWith(writesOf)
                                && --writesUntilFailure == 0;
                if (fails) {
                    // It goes on failing; some of it may be there all the same.
                    writesUntilFailure = 1;
                    data = Arrays.copyOf(data, data.length / 2);
                }
                long more = Math.max(0, at + data.length - inode.size);
                boolean tooMuch = more > 0 && used() + more > capacity;
                if (!tooMuch) {
                    put(data, (int) at);
                }
                if (fails) {
                    throw new IOException("Input/output error, as asked for");
                }
                if (tooMuch) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (FaultyDisk.this) {
                checkOpen();
                try {
                    countSync(name(inode));
                } catch (IOException e) {
                    // As on Linux: the pages count as clean now, and are nowhere but in memory. Not
                    // so where the power went: of them anything may be there.
                    if (!gone) {
                        inode.unsynced.clear();
                    }
                    throw e;
                }
                if (!inode.unsynced.isEmpty()) {
                    for (var write : inode.unsynced) {
                        apply(write);
                    }
                    inode.unsynced.clear();
                }
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (FaultyDisk.this) {
                checkOpen();
                return inode.size;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (FaultyDisk.this) {
                checkOpen();
                if (size < inode.size) {
                    Arrays.fill(inode.bytes, (int) size, inode.size, (byte) 0);
                    inode.size = (int) size;
                    inode.unsynced.add(new Unsynced((int) size, null));
                }
            }
        }

        @Override
        public void close() {
            synchronized (FaultyDisk.this) {
                closed = true;
            }
        }

        private void put(byte[] data, int at) {
            if (inode.bytes.length < at + data.length) {
                inode.bytes = Arrays.copyOf(inode.bytes, at + data.length + GROW_BYTES);
            }
            System.arraycopy(data, 0, inode.bytes, at, data.length);
            inode.size = Math.max(inode.size, at + data.length);
            inode.unsynced.add(new Unsynced(at, data));
        }

        private void apply(Unsynced write) {
            var data = write.bytes();
            if (data == null) {
                inode.safe = Arrays.copyOf(inode.safe, Math.min(inode.safe.length, write.at()));
                return;
            }
            if (inode.safe.length < write.at() + data.length) {
                inode.safe = Arrays.copyOf(inode.safe, write.at() + data.length);
            }
            System.arraycopy(data, 0, inode.safe, write.at(), data.length);
        }

        private void checkOpen() throws IOException {
            checkThere();
            if (closed) {
                throw new IOException("file is closed");
            }
        }
    }
}

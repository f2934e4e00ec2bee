package dev.atoll.node.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a commit changed: the last image of each page, in ascending order of page numbers.
 * Immutable.
 */
public final class PageImages {
    private final int pageSize;
    private final int[] numbers;
    private final byte[] images;

    private PageImages(int pageSize, int[] numbers, byte[] images) {
        this.pageSize = pageSize;
        this.numbers = numbers;
        this.images = images;
    }

    /** Collects the pages of one commit; {@code pagesExpected} sizes the buffer. */
    public static Builder builder(int pageSize, int pagesExpected) {
        return new Builder(pageSize, pagesExpected);
    }

    // Takes the arrays as its own.
    static PageImages of(int pageSize, int[] numbers, byte[] images) {
        return new PageImages(pageSize, numbers, images);
    }

    public int pageSize() {
        return pageSize;
    }

    /** How many pages there are. */
    public int count() {
        return numbers.length;
    }

    /** The number of the i-th page, from 1 as SQLite counts. */
    public int number(int i) {
        return numbers[i];
    }

    /** A view of the i-th page's bytes. */
    public ByteBuffer image(int i) {
        return run(i, 1);
    }

    /** A view of {@code pages} images on end: those of consecutive numbers make one write. */
    public ByteBuffer run(int i, int pages) {
        return ByteBuffer.wrap(images, i * pageSize, pages * pageSize).slice().asReadOnlyBuffer();
    }

    /** The bytes of all images. */
    public long bytes() {
        return images.length;
    }

    // For the writer and the checksum in this package: never changed, never handed out.
    byte[] array() {
        return images;
    }

    /** Collects pages; the last image of a number wins. One thread at a time. */
    public static final class Builder {
        // Up to here a linear search beats a map; almost all commits are smaller.
        private static final int SEARCH_MAX = 16;

        private final int pageSize;
        private int[] numbers;
        private byte[] images;
        private int count;
        private @Nullable Map<Integer, Integer> slots;

        private Builder(int pageSize, int pagesExpected) {
            if (pageSize < 512 || pageSize > 65_536 || Integer.bitCount(pageSize) != 1) {
                throw new IllegalArgumentException(
                        "pageSize: " + pageSize + " (expected: a power of two, 512 to 65536)");
            }
            this.pageSize = pageSize;
            this.numbers = new int[Math.max(1, pagesExpected)];
            this.images = new byte[Math.multiplyExact(numbers.length, pageSize)];
        }

        /** Takes the next {@code pageSize} bytes of the buffer as the image of that page. */
        public Builder put(int number, ByteBuffer image) {
            // Finding its place may make the array anew.
            int place = place(number);
            image.get(images, place * pageSize, pageSize);
            return this;
        }

        /** Takes the {@code pageSize} bytes from {@code at} as the image of that page. */
        public Builder put(int number, byte[] source, int at) {
            int place = place(number);
            System.arraycopy(source, at, images, place * pageSize, pageSize);
            return this;
        }

        /** How many pages were taken so far. */
        public int count() {
            return count;
        }

        /** The images of the pages up to that number; the builder is not used again. */
        public PageImages build(int numberMax) {
            if (isSorted() && (count == 0 || numbers[count - 1] <= numberMax)) {
                return new PageImages(
                        pageSize,
                        numbers.length == count ? numbers : Arrays.copyOf(numbers, count),
                        numbers.length == count ? images : Arrays.copyOf(images, count * pageSize));
            }
            int[] order =
                    IntStream.range(0, count)
                            .filter(i -> numbers[i] <= numberMax)
                            .boxed()
                            .sorted((a, b) -> Integer.compare(numbers[a], numbers[b]))
                            .mapToInt(i -> i)
                            .toArray();
            var sortedNumbers = new int[order.length];
            var sortedImages = new byte[order.length * pageSize];
            for (int i = 0; i < order.length; i++) {
                sortedNumbers[i] = numbers[order[i]];
                System.arraycopy(images, order[i] * pageSize, sortedImages, i * pageSize, pageSize);
            }
            return new PageImages(pageSize, sortedNumbers, sortedImages);
        }

        /** The images of all pages; the builder is not used again. */
        public PageImages build() {
            return build(Integer.MAX_VALUE);
        }

        private boolean isSorted() {
            for (int i = 1; i < count; i++) {
                if (numbers[i - 1] >= numbers[i]) {
                    return false;
                }
            }
            return true;
        }

        private int place(int number) {
            if (number < 1) {
                throw new IllegalArgumentException("page: " + number + " (expected: >= 1)");
            }
            int slot = find(number);
            if (slot < 0) {
                slot = count++;
                if (slot == numbers.length) {
                    numbers = Arrays.copyOf(numbers, slot * 2);
                    images = Arrays.copyOf(images, Math.multiplyExact(numbers.length, pageSize));
                }
                numbers[slot] = number;
                if (slots != null) {
                    slots.put(number, slot);
                }
            }
            return slot;
        }

        private int find(int number) {
            if (count <= SEARCH_MAX) {
                for (int i = 0; i < count; i++) {
                    if (numbers[i] == number) {
                        return i;
                    }
                }
                return -1;
            }
            if (slots == null) {
                slots = new HashMap<>();
                for (int i = 0; i < count; i++) {
                    slots.put(numbers[i], i);
                }
            }
            return slots.getOrDefault(number, -1);
        }
    }
}

package dev.atoll.node.journal;

import dev.atoll.wire.Failure;
import dev.atoll.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads single records by address. Thread-safe. */
final class RecordFetch implements RecordDecoder.PartSource {
    // Most commits of one page fit; the rest of a larger record takes a second read.
    private static final int FIRST_READ_BYTES = 8192;

    private final SegmentList segments;
    private final long segmentBytes;

    RecordFetch(SegmentList segments, long segmentBytes) {
        this.segments = segments;
        this.segmentBytes = segmentBytes;
    }

    /** The record there; throws CORRUPTION if it is damaged. The caller holds its segment. */
    JournalRecord read(long address) throws IOException {
        var bytes = record(address);
        try {
            return RecordDecoder.decode(bytes, this);
        } catch (IllegalArgumentException e) {
            throw damaged(address, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ByteBuffer record(long address) throws IOException {
        var segment =
                segments.find(address / segmentBytes)
                        .orElseThrow(() -> damaged(address, "the segment is not there"));
        long offset = address % segmentBytes;
        var bytes = ByteBuffer.allocate(FIRST_READ_BYTES);
        segment.file().readFully(bytes, offset);
        int length = bytes.position() < RecordCodec.HEADER_BYTES ? 0 : bytes.getInt(8);
        if (length > bytes.position() && length <= segmentBytes - offset) {
            bytes = ByteBuffer.allocate(length).put(bytes.flip());
            segment.file().readFully(bytes, offset + bytes.position());
        }
        if (!isGood(segment, bytes, length)) {
            throw damaged(address, "no good record there");
        }
        return bytes.position(0).limit(length);
    }

    private static boolean isGood(Segment segment, ByteBuffer bytes, int length) {
        return length >= RecordCodec.HEADER_BYTES
                && length <= bytes.position()
                && bytes.getInt(0) == RecordCodec.MAGIC
                && bytes.getInt(4)
                        == new SeededChecksum(segment.header().segmentId()).of(bytes, 8, length);
    }

    private Failure damaged(long address, String what) {
        var name = SegmentFiles.segmentPath(java.nio.file.Path.of(""), address / segmentBytes);
        return Failure.of(
                Reason.CORRUPTION,
                "journal " + name + " at offset " + address % segmentBytes + ": " + what);
    }
}

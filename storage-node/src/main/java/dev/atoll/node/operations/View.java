package dev.atoll.node.operations;

import dev.atoll.wire.Failure;
import java.util.List;

/**
 * Which part of the rows that were found a caller wants to see. Immutable.
 *
 * @param fields all of them if there are none
 * @param pageSize 0 for the default
 * @param pageToken where the page begins; empty for the first
 */
public record View(List<String> fields, int pageSize, String pageToken) {
    /** The first page of all fields. */
    public static final View DEFAULT = new View(List.of(), 0, "");

    private static final int PAGE_SIZE_DEFAULT = 100;
    static final int PAGE_SIZE_MAX = 1_000;

    public View {
        fields = List.copyOf(fields);
    }

    /** How many rows; throws LIMIT_EXCEEDED or VALIDATION_FAILED. */
    int rows() {
        if (pageSize < 0) {
            throw Refusals.invalid(
                    "page_size", pageSize + " (expected: 1 to " + PAGE_SIZE_MAX + ")");
        }
        if (pageSize > PAGE_SIZE_MAX) {
            throw Failure.limitExceeded("page-size", PAGE_SIZE_MAX, pageSize);
        }
        return pageSize == 0 ? PAGE_SIZE_DEFAULT : pageSize;
    }
}

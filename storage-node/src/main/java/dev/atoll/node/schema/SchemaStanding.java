package dev.atoll.node.schema;

import dev.atoll.wire.Failure;
import java.util.Optional;

/**
 * How an instance stands to what its block declares. Immutable.
 *
 * @param wanted what is declared
 * @param failure why the instance is still at an older schema; empty where it is at this one
 * @param unlike whether rules could be wrong about the columns that it has
 */
public record SchemaStanding(BlockSchema wanted, Optional<Failure> failure, boolean unlike) {
    /** One that is there. */
    public static SchemaStanding reached(BlockSchema wanted) {
        return new SchemaStanding(wanted, Optional.empty(), false);
    }
}

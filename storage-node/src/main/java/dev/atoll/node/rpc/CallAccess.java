package dev.atoll.node.rpc;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.declared.BlockInForce;
import dev.atoll.node.declared.BlocksInForce;
import dev.atoll.node.instance.Instances;
import dev.atoll.node.instance.Turn;
import dev.atoll.node.operations.RowCaller;
import dev.atoll.node.rules.RuleContext;
import dev.atoll.node.sqlite.ReadTransaction;
import dev.atoll.node.sqlite.WriteTransaction;
import dev.atoll.wire.Caller;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import dev.atoll.wire.Reason;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether one call may have to do with its instance, asked inside the call's own transaction. What
 * a user may not call is, to him, not there: the words are the same, and so is the code, whether
 * the instance is missing, may not be created, or denies him. Used on the instance's lane alone.
 */
final class CallAccess {
    private final BlocksInForce blocks;
    private final InstanceKey key;
    private final Supplier<RowCaller> turnsCaller;

    // Known when the call has its turn: rules speak of that moment.
    private @Nullable RowCaller known;

    /** Before that, nothing that fails may tell of the instance. */
    private boolean granted;

    private CallAccess(BlocksInForce blocks, InstanceKey key, Supplier<RowCaller> turnsCaller) {
        this.blocks = blocks;
        this.key = key;
        this.turnsCaller = turnsCaller;
    }

    /** Makes those of calls. Thread-safe. */
    record Factory(BlocksInForce blocks, InstantSource clock) {
        /** Of a call that has not had its turn yet. */
        CallAccess of(Caller caller, InstanceKey key) {
            return switch (caller.kind()) {
                case SERVICE ->
                        new CallAccess(blocks, key, () -> RowCaller.service(key, clock.instant()));
                case ANONYMOUS ->
                        new CallAccess(
                                blocks,
                                key,
                                () -> RowCaller.user(new RuleContext(null, key, clock.instant())));
                case USER -> {
                    var identity = Identities.of(caller);
                    yield new CallAccess(
                            blocks,
                            key,
                            () -> RowCaller.user(new RuleContext(identity, key, clock.instant())));
                }
            };
        }
    }

    /** For whom operations on rows run. */
    RowCaller caller() {
        var caller = known;
        if (caller == null) {
            caller = turnsCaller.get();
            known = caller;
        }
        return caller;
    }

    private boolean isGranted() {
        return granted || !caller().ruled();
    }

    /** Throws INSTANCE_NOT_FOUND unless the caller may read in the instance. */
    void enter(ReadTransaction tx, Turn turn) {
        if (!isGranted() && !allows(Block.Operation.ACCESS, tx, turn)) {
            throw Instances.notFound(key);
        }
        granted = true;
    }

    /** Throws CREATE_DENIED unless the caller may create the instance. */
    void checkCreation(Optional<BlockInForce> block) {
        if (!isGranted()
                && !block.filter(
                                declared ->
                                        mayAsk(declared)
                                                && declared.rules()
                                                        .allowUnseen(
                                                                Block.Operation.CREATE, caller()))
                        .isPresent()) {
            throw createDenied();
        }
    }

    /** Throws CREATE_DENIED unless the caller may write into the instance that is there. */
    void enter(WriteTransaction tx, Turn turn) {
        if (!isGranted() && !turn.created() && !allows(Block.Operation.ACCESS, tx, turn)) {
            throw createDenied();
        }
        granted = true;
    }

    /** Throws CREATE_DENIED if the caller made an instance that denies him. Comes last. */
    void leave(WriteTransaction tx, Turn turn) {
        if (caller().ruled() && turn.created() && !allows(Block.Operation.ACCESS, tx, turn)) {
            throw createDenied();
        }
    }

    /** Throws unless the caller, who was let in, may delete the instance. */
    void checkDeletion(ReadTransaction tx, Turn turn) {
        if (caller().ruled() && !allows(Block.Operation.DELETE, tx, turn)) {
            throw Failure.of(
                    Reason.RULE_DENIED, "the rules do not allow to delete instance " + key);
        }
    }

    /**
     * What the caller of a read is told: an instance that is damaged is there, and that is not
     * everybody's to know; nor are the names of files.
     */
    Failure toldOfRead(Failure why) {
        return told(why, Instances.notFound(key));
    }

    /** The same, of a write. */
    Failure toldOfWrite(Failure why) {
        return told(why, createDenied());
    }

    private Failure told(Failure why, Failure hidden) {
        return switch (why.reason()) {
            case INSTANCE_QUARANTINED, CORRUPTION ->
                    !caller().ruled() ? why : mayKnow() ? damaged(why.reason()) : hidden;
            // A rule that was not answered in time is true for nobody.
            case STATEMENT_TIMEOUT ->
                    isGranted() || !why.details().containsKey("limit") ? why : hidden;
            // Of the caller, the request or the node.
            default -> why;
        };
    }

    /** Whether the caller was let in, or would be whatever is in the instance. */
    private boolean mayKnow() {
        return granted
                || blocks.find(key)
                        .filter(
                                block ->
                                        mayAsk(block)
                                                && block.rules()
                                                        .allowUnseen(
                                                                Block.Operation.ACCESS, caller()))
                        .isPresent();
    }

    private Failure damaged(Reason reason) {
        return Failure.of(
                reason, "instance " + key + ": out of service, since its file is damaged");
    }

    private boolean allows(Block.Operation operation, ReadTransaction tx, Turn turn) {
        return turn.declared()
                .filter(
                        declared -> {
                            var rules = declared.block().rules();
                            if (!mayAsk(declared.block())) {
                                return false;
                            }
                            return declared.standing().unlike()
                                    ? rules.allowUnseen(operation, caller())
                                    : rules.allow(operation, tx, caller());
                        })
                .isPresent();
    }

    /** It may have been declared otherwise while the call waited. */
    private boolean mayAsk(BlockInForce block) {
        return caller().context().auth() != null || block.block().mode().anonymous();
    }

    private Failure createDenied() {
        return Failure.of(
                Reason.CREATE_DENIED,
                "instance "
                        + key
                        + ": may not be created by this caller (expected: rules that allow it)");
    }
}

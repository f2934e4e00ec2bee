package dev.atoll.node.blocks.schema;

import dev.atoll.node.blocks.Block;
import dev.atoll.node.sqlite.ScratchDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tries migrations on an empty database. Immutable. */
public final class Migrations {
    private Migrations() {}

    /** What SQLite says of the first statement that it does not take. */
    static Optional<String> run(Block.Migration migration, ScratchDatabase scratch) {
        return migration.statements().stream()
                .flatMap(sql -> scratch.runStrictly(sql).stream())
                .findFirst();
    }

    /**
     * Of a namespace that has nothing but migrations, whether a new instance can be made by them.
     *
     * @return for each statement, in the order of all, what SQLite says of it; up to the first that
     *     it does not take
     */
    public static List<Optional<String>> tryAll(List<Block.Migration> migrations) {
        try (var scratch = ScratchDatabase.open()) {
            scratch.runAll(SchemaPlan.BEFORE);
            var results = new ArrayList<Optional<String>>();
            for (var migration : migrations) {
                for (var sql : migration.statements()) {
                    var problem = scratch.runStrictly(sql);
                    results.add(problem);
                    if (problem.isPresent()) {
                        return results;
                    }
                }
            }
            return results;
        }
    }
}

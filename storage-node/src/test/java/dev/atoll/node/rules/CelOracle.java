package dev.atoll.node.rules;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * CEL's own evaluation: true, false, or an error. With {@code unknown()}, which is an error, and
 * {@code real(x)}, which is one for not-a-number, and {@code quotient(a, b)}, which is one for a
 * division by zero, too; {@code order} and {@code exact}, which compare texts and numbers; and
 * {@code between}, {@code plus} and {@code minus}, which compute with times without the library's
 * own limits.
 */
public final class CelOracle {
    private static final CelOptions OPTIONS =
            CelOptions.current().enableHeterogeneousNumericComparisons(true).build();

    private static final Duration LONGEST = Duration.of(Times.DURATION_MAX, ChronoUnit.MICROS);

    private final CelCompiler compiler = compiler();
    private final CelRuntime runtime = runtime();

    private static CelCompiler compiler() {
        var builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardMacros(
                                CelStandardMacro.HAS, CelStandardMacro.ALL, CelStandardMacro.EXISTS)
                        .addFunctionDeclarations(
                                function("unknown", SimpleType.DYN),
                                function("real", SimpleType.DOUBLE, SimpleType.DOUBLE),
                                function(
                                        "quotient",
                                        SimpleType.DOUBLE,
                                        SimpleType.DOUBLE,
                                        SimpleType.DOUBLE),
                                function(
                                        "order",
                                        SimpleType.INT,
                                        SimpleType.STRING,
                                        SimpleType.STRING),
                                function("exact", SimpleType.INT, SimpleType.DYN, SimpleType.DYN),
                                function(
                                        "between",
                                        SimpleType.DURATION,
                                        SimpleType.TIMESTAMP,
                                        SimpleType.TIMESTAMP),
                                function(
                                        "plus",
                                        SimpleType.DURATION,
                                        SimpleType.DURATION,
                                        SimpleType.DURATION),
                                function(
                                        "minus",
                                        SimpleType.DURATION,
                                        SimpleType.DURATION,
                                        SimpleType.DURATION));
        for (var name : List.of("auth", "row", "instance", "tables", "args", "wrong")) {
            builder.addVar(name, SimpleType.DYN);
        }
        return builder.addVar("now", SimpleType.TIMESTAMP).build();
    }

    private static CelFunctionDecl function(String name, CelType result, CelType... arguments) {
        return CelFunctionDecl.newFunctionDeclaration(
                name, CelOverloadDecl.newGlobalOverload(name + "_", result, List.of(arguments)));
    }

    private static CelRuntime runtime() {
        return CelRuntimeFactory.legacyCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .addFunctionBindings(
                        CelFunctionBinding.from(
                                "unknown_",
                                List.of(),
                                _ -> {
                                    throw new IllegalArgumentException("unknown");
                                }),
                        CelFunctionBinding.from("real_", Double.class, CelOracle::real),
                        CelFunctionBinding.from(
                                "quotient_",
                                Double.class,
                                Double.class,
                                (a, b) -> real(b == 0 ? Double.NaN : a / b)),
                        CelFunctionBinding.from(
                                "order_",
                                String.class,
                                String.class,
                                (a, b) ->
                                        (long)
                                                Arrays.compare(
                                                        a.codePoints().toArray(),
                                                        b.codePoints().toArray())),
                        CelFunctionBinding.from(
                                "exact_", Number.class, Number.class, CelOracle::exact),
                        CelFunctionBinding.from(
                                "between_",
                                Instant.class,
                                Instant.class,
                                (a, b) -> Duration.between(b, a)),
                        CelFunctionBinding.from(
                                "plus_",
                                Duration.class,
                                Duration.class,
                                (a, b) -> inRange(a.plus(b))),
                        CelFunctionBinding.from(
                                "minus_",
                                Duration.class,
                                Duration.class,
                                (a, b) -> inRange(a.minus(b))))
                .build();
    }

    private static Long exact(Number a, Number b) {
        double left = a.doubleValue();
        double right = b.doubleValue();
        boolean infinite = Double.isInfinite(left) || Double.isInfinite(right);
        return (long) (infinite ? Double.compare(left, right) : decimal(a).compareTo(decimal(b)));
    }

    private static BigDecimal decimal(Number number) {
        return number instanceof Long integer
                ? BigDecimal.valueOf(integer)
                : new BigDecimal(number.doubleValue());
    }

    private static Double real(Double value) {
        if (value.isNaN()) {
            throw new IllegalArgumentException("not a number");
        }
        // The library takes minus zero for less than zero.
        return value + 0.0;
    }

    private static Duration inRange(Duration duration) {
        if (duration.abs().compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("too long");
        }
        return duration;
    }

    /** An expression, ready to be asked. */
    public interface Question {
        /** Y, N, or ? for an error. */
        char ask(Map<String, ?> variables);
    }

    /** Makes it ready. */
    public Question question(String expression) {
        try {
            var program = runtime.createProgram(compiler.compile(expression).getAst());
            return variables -> {
                try {
                    return (boolean) program.eval(variables) ? 'Y' : 'N';
                } catch (CelEvaluationException e) {
                    return '?';
                }
            };
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalStateException(expression, e);
        }
    }
}

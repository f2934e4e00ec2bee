package dev.atoll.client.internal;

import io.grpc.MethodDescriptor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is called, and what becomes of it. Immutable.
 *
 * @param request sent in every attempt
 * @param repeat when there may be another attempt
 * @param decode runs once, on the reply
 * @param awaited whether a thread waits for it and nothing else depends on it: then nothing of the
 *     user's runs when it completes
 */
record CallPlan<Q, R, T extends @Nullable Object>(
        MethodDescriptor<Q, R> method,
        Q request,
        Repeat repeat,
        Function<R, T> decode,
        boolean awaited) {}

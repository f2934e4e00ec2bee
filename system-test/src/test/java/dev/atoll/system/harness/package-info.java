/**
 * What system tests stand on: etcd, routers and nodes as real processes, certificates, tokens and
 * the raw generated stubs.
 *
 * <p>Knows the command line, the ports and the wire; never the classes behind them. One thread at a
 * time (the test's), unless a class says otherwise.
 */
@NullMarked
package dev.atoll.system.harness;

import org.jspecify.annotations.NullMarked;

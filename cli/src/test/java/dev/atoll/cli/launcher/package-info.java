/** Tests of the shell script that starts everything, against stand-ins for Java and Maven. */
@NullMarked
package dev.atoll.cli.launcher;

import org.jspecify.annotations.NullMarked;

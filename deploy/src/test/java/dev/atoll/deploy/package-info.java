/** Tests that hold the docs, and the files by which Atoll is deployed, to the code. */
@NullMarked
package dev.atoll.deploy;

import org.jspecify.annotations.NullMarked;

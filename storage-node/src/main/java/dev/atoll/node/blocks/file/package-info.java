/**
 * Block files: the YAML that declares namespaces, read into blocks, with all that is wrong with it.
 *
 * <p>It knows nothing of who applies a file, of instances and of calls. All of it is immutable or
 * used by one thread.
 */
@NullMarked
package dev.atoll.node.blocks.file;

import org.jspecify.annotations.NullMarked;

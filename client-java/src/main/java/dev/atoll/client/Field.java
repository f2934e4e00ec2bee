package dev.atoll.client;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what the name of a record's component cannot: that its field has another name, which need
 * not be one in Java, or that nobody writes it.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Field {
    /** The name of the field; that of the component if empty. */
    String value() default "";

    /** Whether it is computed of other fields: it is read, and left out of what is written. */
    boolean computed() default false;
}

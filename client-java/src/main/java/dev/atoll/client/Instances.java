package dev.atoll.client;

/** The instances of one namespace. Thread-safe. */
public final class Instances {
    private final Calls calls;
    private final String namespace;

    Instances(Calls calls, String namespace) {
        this.calls = calls;
        this.namespace = namespace;
    }

    /** All of them. Nothing is asked before the list is read. */
    public InstanceList list() {
        return list("");
    }

    /** Those whose id starts with a prefix. Nothing is asked before the list is read. */
    public InstanceList list(String idPrefix) {
        return new InstanceList(calls, namespace, Values.checkedText(idPrefix, "id prefix"));
    }
}

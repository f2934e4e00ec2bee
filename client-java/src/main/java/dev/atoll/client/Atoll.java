package dev.atoll.client;

import dev.atoll.client.internal.Api;
import dev.atoll.client.internal.Transport;
import dev.atoll.wire.Failure;
import dev.atoll.wire.InstanceKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * A client of one Atoll endpoint, and the way to everything in it. Make one and keep it: it holds
 * one connection, which all calls share. Thread-safe.
 */
public final class Atoll implements AutoCloseable {
    private static final Logger LOGGER = System.getLogger(Atoll.class.getName());

    private final String endpoint;
    private final Calls calls;

    Atoll(String endpoint, Calls calls) {
        this.endpoint = endpoint;
        this.calls = calls;
    }

    /**
     * Begins a client of the endpoint {@code host:port}. Nothing is connected before the first
     * call.
     */
    public static AtollBuilder connect(String endpoint) {
        return new AtollBuilder(endpoint);
    }

    /**
     * One instance of a namespace that has many. Costs nothing and asks nobody: the instance need
     * not be there yet, the first {@code mutate} creates it.
     *
     * @throws AtollException INSTANCE_KEY_INVALID
     */
    public Instance instance(String namespace, String id) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException(
                    "id: '' (expected: not empty; a single-instance namespace is"
                            + " instance(namespace))");
        }
        return instanceOf(namespace, id);
    }

    /**
     * The instance of a single-instance namespace; or, of any, the one whose key is {@code
     * namespace:id}.
     *
     * @throws AtollException INSTANCE_KEY_INVALID
     */
    public Instance instance(String key) {
        int colon = key.indexOf(':');
        return colon < 0
                ? instanceOf(key, "")
                : instance(key.substring(0, colon), key.substring(colon + 1));
    }

    /** {@link #instance(String, String)} in fewer letters, for what is said so often. */
    public Instance db(String namespace, String id) {
        return instance(namespace, id);
    }

    /** {@link #instance(String)} in fewer letters. */
    public Instance db(String key) {
        return instance(key);
    }

    /** The instances of a namespace, to list them. */
    public Instances instances(String namespace) {
        return new Instances(calls, namespace);
    }

    /**
     * Takes the alarms of a namespace that come due and have no operations of their own; needs the
     * {@code write} right to the whole namespace. Nothing is asked before the first is taken.
     *
     * {@snippet :
     * try (AlarmStream alarms = atoll.watchAlarms("user")) {
     *     while (true) {
     *         AlarmInfo alarm = alarms.take();
     *         atoll.instance(alarm.instance().toString()).mutate(tx -> tx.clearAlarm(alarm.name()));
     *     }
     * }
     * }
     */
    public AlarmStream watchAlarms(String namespace) {
        return new AlarmStream(calls, namespace);
    }

    /** The cluster behind the endpoint; needs the {@code admin} right. */
    public ClusterView cluster() {
        return new ClusterView(calls);
    }

    /** The file that declares namespaces, and its versions; needs the {@code admin} right. */
    public ConfigView config() {
        return new ConfigView(calls);
    }

    /**
     * Lets the calls under way end, for five seconds at most, then cancels them. Later calls throw
     * IllegalStateException. May be called twice.
     */
    @Override
    public void close() {
        calls.close();
        LOGGER.log(Level.DEBUG, "client of {0} closed", endpoint);
    }

    /** Says which endpoint; never the token. */
    @Override
    public String toString() {
        return "Atoll[" + endpoint + "]";
    }

    static Atoll open(String endpoint, Transport transport, Duration deadline) {
        LOGGER.log(Level.DEBUG, "client of {0} opened", endpoint);
        return new Atoll(endpoint, new Calls(new Api(transport), deadline));
    }

    private Instance instanceOf(String namespace, String id) {
        try {
            return new Instance(calls, new InstanceKey(namespace, id), ReadPoint.any());
        } catch (Failure e) {
            throw AtollException.of(e);
        }
    }
}

package dev.atoll.client;

import java.util.List;

/**
 * A page of an instance's alarms. Immutable.
 *
 * @param alarms by time, then by name
 * @param nextPageToken where the next page starts; empty on the last
 */
public record AlarmPage(List<AlarmInfo> alarms, String nextPageToken) {
    public AlarmPage {
        alarms = List.copyOf(alarms);
    }
}

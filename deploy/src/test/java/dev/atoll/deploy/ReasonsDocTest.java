package dev.atoll.deploy;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.wire.ClientAction;
import dev.atoll.wire.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** docs/errors.md lists every reason as the code has it. */
class ReasonsDocTest {
    private static final String DOC = "docs/errors.md";

    @Test
    void listsEveryReasonWithItsCodeAndWhatTheClientMayDo() {
        var expected =
                Arrays.stream(Reason.values())
                        .collect(
                                toMap(
                                        reason -> "`" + reason.name() + "`",
                                        reason ->
                                                reason.code().name()
                                                        + ", "
                                                        + said(reason.action())));

        var listed =
                Repository.rows(Repository.section(DOC, "## Reasons")).stream()
                        .collect(toMap(row -> row.get(0), row -> row.get(1) + ", " + row.get(2)));

        assertThat(listed).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void saysOfEveryReasonWhatItMeans() {
        var unexplained = new ArrayList<String>();
        for (var row : Repository.rows(Repository.section(DOC, "## Reasons"))) {
            if (row.size() != 4 || row.get(3).length() < 20) {
                unexplained.add(row.get(0));
            }
        }

        assertThat(unexplained).isEmpty();
    }

    private static String said(ClientAction action) {
        return switch (action) {
            case GIVE_UP -> "give up";
            case GET_TOKEN -> "get a token";
            case BACK_OFF -> "back off, retry";
            case RETRY -> "retry";
            case AFTER_REFRESH -> "refresh, retry";
            case RETRY_IF_SAFE -> "retry if safe";
            case CALL_OPERATOR -> "call the operator";
        };
    }
}

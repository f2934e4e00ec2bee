package dev.atoll.cli.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One table of the store in its new place, and where its rows come from. Immutable.
 *
 * <p>Money is kept in cents, as integers: sums are exact.
 *
 * @param name the table, which {@code store.yaml} declares
 * @param fields what the source's columns are called there
 * @param source a SELECT over the original file; that of a customer's table has one parameter, the
 *     customer's id
 */
record StoreTable(String name, List<String> fields, String source) {
    /** What all customers share: the instance {@code catalog}. Parents come before children. */
    static final List<StoreTable> CATALOG =
            List.of(
                    new StoreTable(
                            "artists",
                            List.of("id", "name"),
                            "SELECT ArtistId, Name FROM Artist ORDER BY 1"),
                    new StoreTable(
                            "albums",
                            List.of("id", "title", "artist_id"),
                            "SELECT AlbumId, Title, ArtistId FROM Album ORDER BY 1"),
                    new StoreTable(
                            "genres",
                            List.of("id", "name"),
                            "SELECT GenreId, Name FROM Genre ORDER BY 1"),
                    new StoreTable(
                            "media_types",
                            List.of("id", "name"),
                            "SELECT MediaTypeId, Name FROM MediaType ORDER BY 1"),
                    new StoreTable(
                            "tracks",
                            List.of(
                                    "id",
                                    "name",
                                    "album_id",
                                    "media_type_id",
                                    "genre_id",
                                    "composer",
                                    "milliseconds",
                                    "bytes",
                                    "price_cents"),
                            "SELECT TrackId, Name, AlbumId, MediaTypeId, GenreId, Composer,"
                                    + " Milliseconds, Bytes, CAST(round(UnitPrice * 100) AS INTEGER)"
                                    + " FROM Track ORDER BY 1"),
                    new StoreTable(
                            "playlists",
                            List.of("id", "name"),
                            "SELECT PlaylistId, Name FROM Playlist ORDER BY 1"),
                    new StoreTable(
                            "playlist_tracks",
                            List.of("playlist_id", "track_id"),
                            "SELECT PlaylistId, TrackId FROM PlaylistTrack ORDER BY 1, 2"),
                    new StoreTable(
                            "employees",
                            List.of("id", "first_name", "last_name", "title", "email"),
                            "SELECT EmployeeId, FirstName, LastName, Title, Email FROM Employee"
                                    + " ORDER BY 1"));

    /** What belongs to one customer: the instance {@code customer:<id>}. */
    static final List<StoreTable> CUSTOMER =
            List.of(
                    new StoreTable(
                            "profile",
                            List.of(
                                    "id",
                                    "first_name",
                                    "last_name",
                                    "company",
                                    "address",
                                    "city",
                                    "state",
                                    "country",
                                    "postal_code",
                                    "phone",
                                    "email",
                                    "employee_id"),
                            "SELECT CustomerId, FirstName, LastName, Company, Address, City, State,"
                                    + " Country, PostalCode, Phone, Email, SupportRepId FROM Customer"
                                    + " WHERE CustomerId = ?"),
                    new StoreTable(
                            "invoices",
                            List.of("id", "date", "city", "country", "total_cents"),
                            "SELECT InvoiceId, date(InvoiceDate), BillingCity, BillingCountry,"
                                    + " CAST(round(Total * 100) AS INTEGER) FROM Invoice"
                                    + " WHERE CustomerId = ? ORDER BY 1"),
                    new StoreTable(
                            "invoice_lines",
                            List.of("id", "invoice_id", "track_id", "price_cents", "quantity"),
                            "SELECT InvoiceLineId, InvoiceId, TrackId,"
                                    + " CAST(round(UnitPrice * 100) AS INTEGER), Quantity"
                                    + " FROM InvoiceLine JOIN Invoice USING (InvoiceId)"
                                    + " WHERE CustomerId = ? ORDER BY 1"));

    StoreTable {
        fields = List.copyOf(fields);
    }

    /** A row of the source as fields; what is NULL is left out. Numbers that are ids are texts. */
    Map<String, Object> values(List<@Nullable Object> row) {
        var values = new LinkedHashMap<String, Object>();
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            var value = row.get(i);
            if (value != null) {
                values.put(field, isId(field) ? value.toString() : value);
            }
        }
        return values;
    }

    private static boolean isId(String field) {
        return field.equals("id") || field.endsWith("_id");
    }
}

package dev.atoll.cli.demo;

import java.util.Collections;
import java.util.List;

/**
 * One table of the store in its new place, and where its rows come from. Immutable.
 *
 * <p>Money is kept in cents, as integers: sums are exact.
 *
 * @param name the table
 * @param columns their declarations, in the order of the source's
 * @param source a SELECT over the original file; that of a customer's table has one parameter, the
 *     customer's id
 */
record StoreTable(String name, List<String> columns, String source) {
    /** What all customers share: the instance {@code catalog}. Parents come before children. */
    static final List<StoreTable> CATALOG =
            List.of(
                    new StoreTable(
                            "artists",
                            List.of("id INTEGER PRIMARY KEY", "name TEXT"),
                            "SELECT ArtistId, Name FROM Artist ORDER BY 1"),
                    new StoreTable(
                            "albums",
                            List.of(
                                    "id INTEGER PRIMARY KEY",
                                    "title TEXT NOT NULL",
                                    "artist_id INTEGER NOT NULL REFERENCES artists"),
                            "SELECT AlbumId, Title, ArtistId FROM Album ORDER BY 1"),
                    new StoreTable(
                            "genres",
                            List.of("id INTEGER PRIMARY KEY", "name TEXT"),
                            "SELECT GenreId, Name FROM Genre ORDER BY 1"),
                    new StoreTable(
                            "media_types",
                            List.of("id INTEGER PRIMARY KEY", "name TEXT"),
                            "SELECT MediaTypeId, Name FROM MediaType ORDER BY 1"),
                    new StoreTable(
                            "tracks",
                            List.of(
                                    "id INTEGER PRIMARY KEY",
                                    "name TEXT NOT NULL",
                                    "album_id INTEGER REFERENCES albums",
                                    "media_type_id INTEGER NOT NULL REFERENCES media_types",
                                    "genre_id INTEGER REFERENCES genres",
                                    "composer TEXT",
                                    "milliseconds INTEGER NOT NULL",
                                    "bytes INTEGER",
                                    "price_cents INTEGER NOT NULL"),
                            "SELECT TrackId, Name, AlbumId, MediaTypeId, GenreId, Composer,"
                                    + " Milliseconds, Bytes, CAST(round(UnitPrice * 100) AS INTEGER)"
                                    + " FROM Track ORDER BY 1"),
                    new StoreTable(
                            "playlists",
                            List.of("id INTEGER PRIMARY KEY", "name TEXT"),
                            "SELECT PlaylistId, Name FROM Playlist ORDER BY 1"),
                    new StoreTable(
                            "playlist_tracks",
                            List.of(
                                    "playlist_id INTEGER NOT NULL REFERENCES playlists",
                                    "track_id INTEGER NOT NULL REFERENCES tracks",
                                    "PRIMARY KEY (playlist_id, track_id)"),
                            "SELECT PlaylistId, TrackId FROM PlaylistTrack ORDER BY 1, 2"),
                    new StoreTable(
                            "employees",
                            List.of(
                                    "id INTEGER PRIMARY KEY",
                                    "first_name TEXT NOT NULL",
                                    "last_name TEXT NOT NULL",
                                    "title TEXT",
                                    "email TEXT"),
                            "SELECT EmployeeId, FirstName, LastName, Title, Email FROM Employee"
                                    + " ORDER BY 1"));

    /** What belongs to one customer: the instance {@code customer:<id>}. */
    static final List<StoreTable> CUSTOMER =
            List.of(
                    new StoreTable(
                            "profile",
                            List.of(
                                    "id INTEGER PRIMARY KEY",
                                    "first_name TEXT NOT NULL",
                                    "last_name TEXT NOT NULL",
                                    "company TEXT",
                                    "address TEXT",
                                    "city TEXT",
                                    "state TEXT",
                                    "country TEXT",
                                    "postal_code TEXT",
                                    "phone TEXT",
                                    "email TEXT NOT NULL",
                                    "employee_id INTEGER"),
                            "SELECT CustomerId, FirstName, LastName, Company, Address, City, State,"
                                    + " Country, PostalCode, Phone, Email, SupportRepId FROM Customer"
                                    + " WHERE CustomerId = ?"),
                    new StoreTable(
                            "invoices",
                            List.of(
                                    "id INTEGER PRIMARY KEY",
                                    "date TEXT NOT NULL",
                                    "city TEXT",
                                    "country TEXT",
                                    "total_cents INTEGER NOT NULL"),
                            "SELECT InvoiceId, date(InvoiceDate), BillingCity, BillingCountry,"
                                    + " CAST(round(Total * 100) AS INTEGER) FROM Invoice"
                                    + " WHERE CustomerId = ? ORDER BY 1"),
                    new StoreTable(
                            "invoice_lines",
                            List.of(
                                    "id INTEGER PRIMARY KEY",
                                    "invoice_id INTEGER NOT NULL REFERENCES invoices",
                                    "track_id INTEGER NOT NULL",
                                    "price_cents INTEGER NOT NULL",
                                    "quantity INTEGER NOT NULL"),
                            "SELECT InvoiceLineId, InvoiceId, TrackId,"
                                    + " CAST(round(UnitPrice * 100) AS INTEGER), Quantity"
                                    + " FROM InvoiceLine JOIN Invoice USING (InvoiceId)"
                                    + " WHERE CustomerId = ? ORDER BY 1"));

    StoreTable {
        columns = List.copyOf(columns);
    }

    /** The statement that makes the table. */
    String create() {
        return "CREATE TABLE " + name + " (" + String.join(", ", columns) + ") STRICT";
    }

    /** The statement that adds a row of so many values. */
    String insert(int values) {
        return "INSERT INTO "
                + name
                + " VALUES ("
                + String.join(", ", Collections.nCopies(values, "?"))
                + ")";
    }
}

"""Databases in the shape of real ones, and the comparison of a server's tables with Athena's, value by value.

The shape of Chinook (names in capitals, many small tables, foreign keys everywhere); the shape of Sakila
(ENUM, SET, YEAR, GEOMETRY, BLOB, DECIMAL, TIMESTAMP that updates itself, FULLTEXT, a view, a trigger); those
of classicmodels, WordPress and OpenCart. Schemas are written here after theirs; the data are made.
"""

from __future__ import annotations

import base64
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.export.mysql.mysql_tables import describe_mysql_table, mysql_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.export.mysql.mysql_session import MySqlSession
    from headgate.export.server.source_tables import SourceColumn

BYTES, PLACES = {"binary", "varbinary", "blob", "mediumblob"}, {"geometry", "polygon"}
CHINOOK = """
CREATE TABLE Artist (ArtistId INT NOT NULL PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE Album (AlbumId INT NOT NULL PRIMARY KEY, Title NVARCHAR(160) NOT NULL, ArtistId INT NOT NULL,
    FOREIGN KEY (ArtistId) REFERENCES Artist (ArtistId));
CREATE TABLE Track (TrackId INT NOT NULL PRIMARY KEY, Name NVARCHAR(200) NOT NULL, AlbumId INT, Composer NVARCHAR(220),
    Milliseconds INT NOT NULL, Bytes INT, UnitPrice NUMERIC(10,2) NOT NULL, FOREIGN KEY (AlbumId) REFERENCES Album (AlbumId));
CREATE TABLE Playlist (PlaylistId INT NOT NULL PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE PlaylistTrack (PlaylistId INT NOT NULL, TrackId INT NOT NULL, PRIMARY KEY (PlaylistId, TrackId),
    FOREIGN KEY (PlaylistId) REFERENCES Playlist (PlaylistId), FOREIGN KEY (TrackId) REFERENCES Track (TrackId));
CREATE TABLE Invoice (InvoiceId INT NOT NULL PRIMARY KEY, InvoiceDate DATETIME NOT NULL, BillingCountry NVARCHAR(40),
    Total NUMERIC(10,2) NOT NULL);
INSERT INTO Artist SELECT seq, IF(seq % 7, CONCAT('Künstler ', seq), NULL) FROM seq_1_to_275;
INSERT INTO Album SELECT seq, CONCAT('Álbum \\'', seq, '\\', vol. "', seq % 3, '"'), 1 + seq % 275 FROM seq_1_to_347;
INSERT INTO Track SELECT seq, CONCAT('Faixa ', seq), IF(seq % 9, 1 + seq % 347, NULL), NULL, seq * 1000, seq * 33,
    0.99 + seq % 2 FROM seq_1_to_3503;
INSERT INTO Playlist SELECT seq, CONCAT('List ', seq) FROM seq_1_to_18;
INSERT INTO PlaylistTrack SELECT 1 + seq % 18, 1 + seq % 3503 FROM seq_1_to_8715;
INSERT INTO Invoice SELECT seq, '2009-01-01' + INTERVAL seq DAY, 'Österreich', seq * 1.98 FROM seq_1_to_412;
"""  # noqa: E501 SQL
SAKILA = """
CREATE TABLE language (language_id TINYINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name CHAR(20) NOT NULL,
    last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
CREATE TABLE film (film_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(128) NOT NULL, description TEXT,
    release_year YEAR,
    language_id TINYINT UNSIGNED NOT NULL, rental_rate DECIMAL(4,2) NOT NULL DEFAULT 4.99, length SMALLINT UNSIGNED,
    rating ENUM('G','PG','PG-13','R','NC-17') DEFAULT 'G',
    special_features SET('Trailers','Commentaries','Deleted Scenes','Behind the Scenes'),
    last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    FULLTEXT (title, description), FOREIGN KEY (language_id) REFERENCES language (language_id));
CREATE TABLE address (address_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, address VARCHAR(50) NOT NULL,
    postal_code VARCHAR(10),
    phone VARCHAR(20) NOT NULL, location GEOMETRY NOT NULL, last_update TIMESTAMP NOT NULL, SPATIAL KEY (location));
CREATE TABLE staff (staff_id TINYINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, first_name VARCHAR(45) NOT NULL, picture BLOB,
    active BOOLEAN NOT NULL DEFAULT TRUE, password VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, last_update TIMESTAMP NOT NULL);
CREATE TABLE payment (payment_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, amount DECIMAL(5,2) NOT NULL,
    payment_date DATETIME NOT NULL,
    last_update TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
CREATE VIEW film_list AS SELECT film_id, title FROM film;
CREATE TRIGGER film_at BEFORE INSERT ON film FOR EACH ROW SET NEW.description = CONCAT(NEW.title, ', stored');
INSERT INTO language (name, last_update) VALUES ('English', '2006-02-15 05:02:19'), ('Deutsch', '2006-02-15 05:02:19');
INSERT INTO film (title, release_year, language_id, rental_rate, length, rating, special_features, last_update)
    SELECT CONCAT('FILM ', seq), 1950 + seq % 70, 1 + seq % 2, seq % 5 + 0.99, 46 + seq % 140, 1 + seq % 5, seq % 16, '2006-02-15 05:03:42'
    FROM seq_1_to_1000;
INSERT INTO address (address, postal_code, phone, location, last_update)
    SELECT CONCAT(seq, ' Straße'), LPAD(seq, 5, '0'), CONCAT('0', seq), POINT(seq / 7, -seq), '2014-09-25 22:30:27' FROM seq_1_to_603;
INSERT INTO staff (first_name, picture, active, password, last_update) VALUES ('Mike', REPEAT(X'89504e470d0a', 6000), TRUE,
    SHA1('a'), '2006-02-15 03:57:16'),
    ('Jon', NULL, FALSE, NULL, '2006-02-15 03:57:16');
INSERT INTO payment (amount, payment_date, last_update) SELECT seq % 999 / 100, '2005-05-25 11:30:37', '2006-02-15 22:12:30'
    FROM seq_1_to_2000;
"""  # noqa: E501 SQL

# The shape of classicmodels: VARCHAR keys, composite keys, MEDIUMTEXT and MEDIUMBLOB, no column that says
# when a row changed.
CLASSICMODELS = """
CREATE TABLE productlines (productLine VARCHAR(50) NOT NULL PRIMARY KEY, textDescription VARCHAR(4000), htmlDescription MEDIUMTEXT,
    image MEDIUMBLOB);
CREATE TABLE products (productCode VARCHAR(15) NOT NULL PRIMARY KEY, productName VARCHAR(70) NOT NULL, productLine VARCHAR(50) NOT NULL,
    productScale VARCHAR(10) NOT NULL, quantityInStock SMALLINT NOT NULL, buyPrice DECIMAL(10,2) NOT NULL, MSRP DECIMAL(10,2) NOT NULL,
    FOREIGN KEY (productLine) REFERENCES productlines (productLine));
CREATE TABLE orders (orderNumber INT NOT NULL PRIMARY KEY, orderDate DATE NOT NULL, shippedDate DATE, status VARCHAR(15) NOT NULL,
    comments TEXT);
CREATE TABLE orderdetails (orderNumber INT NOT NULL, productCode VARCHAR(15) NOT NULL, quantityOrdered INT NOT NULL,
    priceEach DECIMAL(10,2) NOT NULL, orderLineNumber SMALLINT NOT NULL, PRIMARY KEY (orderNumber, productCode));
CREATE TABLE payments (customerNumber INT NOT NULL, checkNumber VARCHAR(50) NOT NULL, paymentDate DATE NOT NULL,
    amount DECIMAL(10,2) NOT NULL, PRIMARY KEY (customerNumber, checkNumber));
INSERT INTO productlines VALUES ('Ships', 'Wood and brass', NULL, X'0001FF'), ('Trains', NULL, '<p>Ltd</p>', NULL);
INSERT INTO products VALUES ('S10_1', 'Cutter', 'Ships', '1:72', 7, 10.50, 21.00), ('S10_2', 'Shunter', 'Trains', '1:18', 0, 0.01, 9999.99);
INSERT INTO orders VALUES (10100, '2003-01-06', '2003-01-10', 'Shipped', NULL), (10101, '2003-01-09', NULL, 'On Hold', 'wait
for payment, "soon"');
INSERT INTO orderdetails VALUES (10100, 'S10_1', 30, 136.00, 3), (10100, 'S10_2', 50, 55.09, 2), (10101, 'S10_1', 22, 75.46, 1);
INSERT INTO payments VALUES (103, 'HQ336336', '2004-10-19', 6066.78), (112, 'BO864823', '2004-12-17', 14191.12);
"""  # noqa: E501 SQL

# The shape of a WordPress site: unsigned keys, zero dates, LONGTEXT of serialised values, prefix indexes, a
# reserved word in every table.
WORDPRESS = """
SET SESSION sql_mode = '';
CREATE TABLE wp_posts (ID BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, post_author BIGINT(20) UNSIGNED NOT NULL DEFAULT 0,
    post_date DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', post_content LONGTEXT NOT NULL, post_title TEXT NOT NULL,
    post_status VARCHAR(20) NOT NULL DEFAULT 'publish', menu_order INT(11) NOT NULL DEFAULT 0, comment_count BIGINT(20) NOT NULL DEFAULT 0,
    KEY type_status_date (post_status, post_date, ID));
CREATE TABLE wp_postmeta (meta_id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, post_id BIGINT(20) UNSIGNED NOT NULL DEFAULT 0,
    meta_key VARCHAR(255) DEFAULT NULL, meta_value LONGTEXT, KEY post_id (post_id), KEY meta_key (meta_key(191)));
CREATE TABLE wp_options (option_id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) NOT NULL DEFAULT '',
    option_value LONGTEXT NOT NULL, autoload VARCHAR(20) NOT NULL DEFAULT 'yes', UNIQUE KEY option_name (option_name));
CREATE TABLE wp_term_relationships (object_id BIGINT(20) UNSIGNED NOT NULL DEFAULT 0,
    term_taxonomy_id BIGINT(20) UNSIGNED NOT NULL DEFAULT 0, term_order INT(11) NOT NULL DEFAULT 0,
    PRIMARY KEY (object_id, term_taxonomy_id));
CREATE TABLE wp_comments (comment_ID BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, comment_post_ID BIGINT(20) UNSIGNED NOT NULL,
    comment_author TINYTEXT NOT NULL, comment_date DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', comment_content TEXT NOT NULL,
    comment_karma INT(11) NOT NULL DEFAULT 0);
INSERT INTO wp_posts VALUES (1, 1, '2020-05-01 10:00:00', '<p>Grüße 👋</p>', 'Hello', 'publish', 0, 1),
    (2, 1, '0000-00-00 00:00:00', '', '', 'auto-draft', 0, 0);
INSERT INTO wp_postmeta VALUES (1, 1, '_edit_lock', 'a:1:{s:3:"key";i:5;}'), (2, 2, NULL, NULL);
INSERT INTO wp_options VALUES (1, 'siteurl', 'https://example.org', 'yes'), (2, 'cron', 'a:0:{}', 'on');
INSERT INTO wp_term_relationships VALUES (1, 1, 0), (2, 1, 4);
INSERT INTO wp_comments VALUES (1, 1, 'A reader', '2020-05-02 10:00:00', 'Thanks,
both of you', 0);
"""  # noqa: E501 SQL

# The shape of an OpenCart shop: reserved words as names (`key`), flags as TINYINT(1), DECIMAL(15,4), zero
# dates, MyISAM beside InnoDB.
OPENCART = """
SET SESSION sql_mode = '';
CREATE TABLE oc_product (product_id INT(11) NOT NULL AUTO_INCREMENT PRIMARY KEY, model VARCHAR(64) NOT NULL, quantity INT(4) NOT NULL,
    shipping TINYINT(1) NOT NULL DEFAULT 1, price DECIMAL(15,4) NOT NULL DEFAULT 0.0000, date_available DATE NOT NULL DEFAULT '0000-00-00',
    weight DECIMAL(15,8) NOT NULL DEFAULT 0.00000000, status TINYINT(1) NOT NULL DEFAULT 0,
    date_modified DATETIME NOT NULL) ENGINE = MyISAM;
CREATE TABLE oc_product_description (product_id INT(11) NOT NULL, language_id INT(11) NOT NULL, name VARCHAR(255) NOT NULL,
    description TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (product_id, language_id), KEY name (name)) ENGINE = MyISAM;
CREATE TABLE oc_setting (setting_id INT(11) NOT NULL AUTO_INCREMENT PRIMARY KEY, store_id INT(11) NOT NULL DEFAULT 0,
    code VARCHAR(128) NOT NULL, `key` VARCHAR(128) NOT NULL, `value` TEXT NOT NULL, serialized TINYINT(1) NOT NULL);
CREATE TABLE oc_order (order_id INT(11) NOT NULL AUTO_INCREMENT PRIMARY KEY, invoice_prefix VARCHAR(26) NOT NULL, `comment` TEXT NOT NULL,
    total DECIMAL(15,4) NOT NULL DEFAULT 0.0000, currency_value DECIMAL(15,8) NOT NULL DEFAULT 1.00000000, date_added DATETIME NOT NULL);
CREATE TABLE oc_category_path (category_id INT(11) NOT NULL, path_id INT(11) NOT NULL, level INT(11) NOT NULL,
    PRIMARY KEY (category_id, path_id));
INSERT INTO oc_product VALUES (28, 'Product 1', 939, 1, 100.0000, '2009-02-03', 146.40000000, 1, '2011-09-30 01:05:39'),
    (29, 'Product 2', 0, 0, 279.9900, '0000-00-00', 133.00000000, 0, '0000-00-00 00:00:00');
INSERT INTO oc_product_description VALUES (28, 1, 'Phone', '&lt;p&gt;Touch&lt;/p&gt;', ''), (28, 2, 'Телефон', '', 'a,b');
INSERT INTO oc_setting VALUES (1, 0, 'config', 'config_name', 'Your Store', 0), (2, 0, 'config', 'config_empty', '', 1);
INSERT INTO oc_order VALUES (1, 'INV-2013-00', '', 120.5000, 1.00000000, '2013-01-01 00:00:00');
INSERT INTO oc_category_path VALUES (25, 25, 0), (28, 25, 0), (28, 28, 1);
"""  # noqa: E501 SQL


def statements(script: str) -> list[str]:
    return [statement for statement in (part.strip() for part in script.split(";\n")) if statement]


def assert_equal_tables(
    session: MySqlSession, query: Callable[[str], list[dict[str, object]]], prefix: str = ""
) -> None:
    """Compare every value of every table of the session's database.

    Args:
        query: Athena's answer as typed records.
        prefix: of the datasets' names, before the tables' names.
    """
    session.do("SET NAMES utf8mb4")
    for name in mysql_tables(session):
        table = describe_mysql_table(session, name)
        key = ", ".join(f"`{column}`" for column in table.unique[0].columns)
        expressions = ", ".join(said(column) for column in table.columns)
        wanted = session.rows(f"SELECT {expressions} FROM `{name}` ORDER BY {key}")  # noqa: S608 names of this file
        names = ", ".join(f'"{column.name.lower()}"' for column in table.columns)
        found = query(f"select {names} from {prefix}{name.lower()} order by {key.replace('`', '').lower()}")  # noqa: S608 names of this file
        assert len(found) == len(wanted) > 0
        for place, column in enumerate(table.columns):
            stored = [shown(row[column.name.lower()], column) for row in found]
            assert stored == [spelled(row[place], column) for row in wanted], f"{name}.{column.name}"


def said(column: SourceColumn) -> str:
    """Return a value as the server itself prints it."""
    name = f"`{column.name}`"
    if column.kind in BYTES:
        return f"HEX({name})"
    if column.kind in PLACES:
        return f"HEX(ST_AsWKB({name}))"
    if column.kind in {"bit", "year", "float", "double"} or column.zerofill:
        return f"CAST({name} + 0{'e0' if column.kind in {'float', 'double'} else ''} AS CHAR)"
    return f"CAST({name} AS CHAR)"


def spelled(text: str | None, column: SourceColumn) -> object:
    """The server's text, as a number where it may be spelled in more than one way.

    An impossible date is null.
    """
    if text is not None and text.startswith("0000-00-00"):
        return None
    return float(text) if text is not None and column.kind in {"float", "double"} else text


def shown(value: object, column: SourceColumn) -> object:
    """Athena's value as the server would say it."""
    if value is None or isinstance(value, float):
        return value
    if column.kind in BYTES | PLACES:
        return base64.b64decode(str(value)).hex().upper()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")
        return text + (
            f".{value.microsecond:06d}"[: column.fraction_digits + 1] if column.fraction_digits else ""
        )
    return str(value)

"""From a server through raw, the gate and the merge to Athena: every value comes out as the server says it is.

Databases: one of every type; the shape of Chinook (names in capitals, many small tables, foreign keys everywhere); the shape of
Sakila (ENUM, SET, YEAR, GEOMETRY, BLOB, DECIMAL, TIMESTAMP that updates itself, FULLTEXT, a view, a trigger); those of classicmodels,
WordPress and OpenCart. Schemas are written here after theirs; the data are made.
"""

from __future__ import annotations

import base64
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
import yaml

from headgate.aws.athena.queries import AthenaQueries
from headgate.aws.dynamodb.ledger import DynamoLedger
from headgate.aws.glue.catalog import GlueCatalog
from headgate.aws.s3 import S3Objects
from headgate.contracts import odcs_reader
from headgate.contracts.catalog import glue_columns
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Kind, Level, Mask, Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.drafts.column_inference import guess_mask
from headgate.export.exporting import Exporting
from headgate.export.planning.drafting import draft
from headgate.export.requests import ExportRequest, Mode
from headgate.export.run_names import day_of
from headgate.export.server.tables import describe, tables
from headgate.intake.files.check_and_store_file import FileChecker
from headgate.intake.files.export_runs import Runs
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.source_deletions import Sightings
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.versions import last_held
from headgate.merge.merging import Merging
from headgate.quality.audit import audit
from headgate.query import translate
from tests.conftest import unique

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.export.server.tables import SourceColumn
    from tests.conftest import Emulator
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

KEY = MaskingKey("k1", b"0" * 32)
BYTES, PLACES = {"binary", "varbinary", "blob", "mediumblob"}, {"geometry", "polygon"}
RUN = "20260102T010000Z"
LONGEST = "9" * 65
EVERY_TYPE = {
    "a_tinyint": ("tinyint", "-128", "127"),
    "a_flag": ("tinyint(1)", "0", "1"),
    "a_number_in_a_flag": ("tinyint(1)", "0", "127"),
    "a_byte": ("tinyint unsigned", "0", "255"),
    "a_smallint": ("smallint", "-32768", "32767"),
    "a_word": ("smallint unsigned", "0", "65535"),
    "a_mediumint": ("mediumint", "-8388608", "8388607"),
    "an_int": ("int", "-2147483648", "2147483647"),
    "an_id": ("int(8) unsigned zerofill", "42", "4294967295"),
    "a_bigint": ("bigint", "-9223372036854775808", "9007199254740993"),
    "a_big_id": ("bigint unsigned", "0", "18446744073709551615"),
    "money": ("decimal(12,2)", "-9999999999.99", "0.01"),
    "exact": ("decimal(38,10)", f"{'9' * 28}.9999999999", "-0.0000000001"),
    "too_exact": ("decimal(65,30)", f"{LONGEST[:35]}.{LONGEST[:30]}", "0.000000000000000000000000000001"),
    "a_float": ("float", "3.4028235e38", "0.1"),
    "a_double": ("double", "1.7976931348623157e308", "5e-324"),
    "a_bit": ("bit(1)", "0", "1"),
    "bits": ("bit(63)", "0", "9223372036854775807"),
    "all_bits": ("bit(64)", "0", "18446744073709551615"),
    "a_date": ("date", "'1000-01-01'", "'2024-02-29'"),
    "a_datetime": ("datetime(6)", "'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"),
    "a_timestamp": ("timestamp(3) null", "'1970-01-01 00:00:01.001'", "'2038-01-19 03:14:07.999'"),
    "a_time": ("time(6)", "'-838:59:59.999999'", "'838:59:59.999999'"),
    "a_year": ("year", "1901", "2155"),
    "a_char": ("char(10)", "''", "'NA'"),
    "a_varchar": ("varchar(300)", "'  two  spaces '", "'a,\"b\"\\n'"),
    "another_charset": ("varchar(100) character set latin1", "'Zürich'", "''"),
    "a_text": ("text", "'😀 four bytes'", f"'{'x ' * 30000}'"),
    "an_enum": ("enum('S','M','Ü''s')", "'S'", "'Ü''s'"),
    "a_set": ("set('a','b','c')", "'a,c'", "''"),
    "a_json": ("json", '\'{"a": [1, 2.50, null, "ü"]}\'', "'[]'"),
    "a_uuid": ("uuid", "'123e4567-e89b-12d3-a456-426655440000'", "'00000000-0000-0000-0000-000000000001'"),
    "an_inet6": ("inet6", "'2001:db8::ff00:42:8329'", "'::'"),
    "some_bytes": ("binary(4)", "X'00ff1f1e'", "X'61'"),
    "more_bytes": ("varbinary(300)", "X''", f"X'{'fe' * 300}'"),
    "a_blob": ("mediumblob", "X'1f1e0a00'", "REPEAT(X'fb', 200000)"),
    "a_place": ("geometry", "ST_GeomFromText('POINT(1.5 -2)')", "ST_GeomFromText('LINESTRING(0 0, 1 1)')"),
    "an_area": ("polygon", "ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')", "NULL"),
    "doubled": ("int generated always as (an_int div 2) stored", "", ""),
    "hidden": ("int invisible", "7", "8"),
}
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
"""
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
CREATE TRIGGER film_at BEFORE INSERT ON film FOR EACH ROW SET NEW.description = CONCAT(NEW.title, ', told');
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
"""

# The shape of classicmodels: VARCHAR keys, composite keys, MEDIUMTEXT and MEDIUMBLOB, no column that says when a row changed.
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
"""

# The shape of a WordPress site: unsigned keys, zero dates, LONGTEXT of serialised values, prefix indexes, a reserved word in every table.
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
"""

# The shape of an OpenCart shop: reserved words as names (`key`), flags as TINYINT(1), DECIMAL(15,4), zero dates, MyISAM beside InnoDB.
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
"""


@dataclass(frozen=True)
class Lake:
    """A server's database, and everything behind it."""

    shop: Shop
    emulator: Emulator
    contracts: Mapping[str, Contract]
    name: str
    workspace: Path

    @property
    def objects(self) -> S3Objects:
        """The emulator's S3."""
        return S3Objects(self.emulator.client("s3"))

    @property
    def ledger(self) -> DynamoLedger:
        """The records of the lake's files."""
        return DynamoLedger(self.emulator.client("dynamodb"), f"{self.name}-files")

    def export(self, run: str = RUN, mode: Mode = Mode.FULL) -> None:
        """Every table has landed in raw."""
        exporting = Exporting(
            self.shop.session, self.objects, self.contracts, f"{self.name}-raw", f"{self.name}-state", self.workspace / "runs"
        )
        exporting.run(ExportRequest("shop", run, day_of(run, datetime.now(UTC).date()), mode=mode))

    def process(self) -> None:
        """Everything in raw went through the gate, and no row was refused; a table that did not change is skipped as a duplicate."""
        curated, quarantine = f"{self.name}-curated", f"{self.name}-quarantine"
        gate = FileChecker(self.objects, self.ledger, self.contracts, lambda: KEY, curated, quarantine, now, 300)
        queue = deque(ObjectRef(f"{self.name}-raw", item.ref.key) for item in self.objects.list(f"{self.name}-raw", ""))
        runs = Runs(
            self.objects, FileProcessor(gate).process, queue.extend, Sightings(self.objects, self.contracts, f"{self.name}-curated")
        )
        while queue:
            record = runs.receive(queue.popleft())
            assert record.state in {"done", "ignored", "skipped_duplicate"}, (record.key, record.error)
            assert record.quarantined == 0, (record.key, dict(record.reasons))

    def merge(self) -> None:
        """Athena shows the snapshot."""
        catalog, curated = GlueCatalog(self.emulator.client("glue")), {name: curated_contract(one) for name, one in self.contracts.items()}
        bucket, records = f"{self.name}-curated", self.ledger.records()
        Merging(self.objects, catalog, curated, bucket, self.database, self.workspace, audit, last_held=lambda: last_held(records)).merge()

    @property
    def database(self) -> str:
        """The database of the Glue catalog."""
        return self.name.replace("-", "_")

    def query(self, sql: str) -> list[dict[str, object]]:
        """What `headgate query` gets."""
        athena = AthenaQueries(self.emulator.client("athena"), self.name, self.database, partial(translate, dialect="duckdb"))
        return athena.run(sql).records()


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def lake(shop: Shop, emulator: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Lake:
    """The lake of a database that is filled by the test's statements; its contracts are drafted from the server, written and read."""
    shop.run(*request.param)
    with closing(shop.session()) as session:
        drafts = [draft(session, describe(session, table), guess_mask) for table in tables(session)]
    for one in drafts:
        (tmp_path / f"{one.dataset}.yaml").write_text(yaml.safe_dump(to_odcs(one), sort_keys=False, allow_unicode=True), encoding="utf-8")
    made = Lake(shop, emulator, odcs_reader.load_all(tmp_path), unique("trip"), tmp_path)
    for zone in ("raw", "state", "curated", "quarantine"):
        emulator.client("s3").create_bucket(Bucket=f"{made.name}-{zone}")
    emulator.client("dynamodb").create_table(
        TableName=f"{made.name}-files",
        KeySchema=[{"AttributeName": "file_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "file_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    catalogued(made)
    return made


def catalogued(lake: Lake) -> None:
    """A database with an empty table for each dataset, and a workgroup that may ask it."""
    glue = lake.emulator.client("glue")
    glue.create_database(DatabaseInput={"Name": lake.database})
    for name, contract in lake.contracts.items():
        descriptor = {
            "Location": f"s3://{lake.name}-curated/empty/{name}/",
            "Columns": glue_columns(curated_contract(contract)),
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
        }
        table = {"Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet"}, "StorageDescriptor": descriptor}
        glue.create_table(DatabaseName=lake.database, TableInput=table)
    configuration = {"ResultConfiguration": {"OutputLocation": f"s3://{lake.name}-state/results/"}, "EnforceWorkGroupConfiguration": True}
    lake.emulator.client("athena").create_work_group(Name=lake.name, Configuration=configuration)


def of_every_type() -> list[str]:
    """A table with two rows of extremes and one of nulls."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, *_) in EVERY_TYPE.items())
    given = {name: values for name, (_, *values) in EVERY_TYPE.items() if values[0]}
    rows = [f"({number + 1}, {', '.join(values[number] for values in given.values())})" for number in range(2)]
    return [
        f"CREATE TABLE every_type (id INT PRIMARY KEY, {columns})",
        f"INSERT INTO every_type (id, {', '.join(given)}) VALUES {', '.join(rows)}, (3{', NULL' * len(given)})",  # noqa: S608 literals here
    ]


def statements(script: str) -> list[str]:
    return [statement for statement in (part.strip() for part in script.split(";\n")) if statement]


@pytest.mark.parametrize(
    "lake",
    [
        pytest.param(of_every_type(), id="every type"),
        pytest.param(statements(CHINOOK), id="Chinook"),
        pytest.param(statements(SAKILA), id="Sakila"),
    ],
    indirect=True,
)
def test_every_value_comes_out_of_athena_as_the_server_says_it_is(lake: Lake) -> None:
    lake.export()
    lake.process()
    lake.merge()
    assert_athena_equals_the_server(lake)


@pytest.mark.parametrize(
    ("lake", "updates"),
    [
        pytest.param(
            [*statements(SAKILA), "CREATE TABLE film_text (film_id SMALLINT PRIMARY KEY, title VARCHAR(255) NOT NULL, description TEXT)"],
            ["INSERT INTO film_text VALUES (1, 'A', NULL)", "UPDATE film SET title = 'CHANGED' WHERE film_id = 7"],
            id="Sakila",
        ),
        pytest.param(statements(CHINOOK), ["UPDATE Track SET Name = 'changed' LIMIT 1"], id="Chinook"),
        pytest.param(statements(CLASSICMODELS), ["UPDATE orders SET status = 'Shipped', shippedDate = '2003-01-11'"], id="classicmodels"),
        pytest.param(statements(WORDPRESS), ["UPDATE wp_posts SET post_title = 'Bye', comment_count = 2 WHERE ID = 1"], id="WordPress"),
        pytest.param(statements(OPENCART), ["UPDATE oc_setting SET `value` = 'Other' WHERE setting_id = 1"], id="OpenCart"),
    ],
    indirect=["lake"],
)
def test_a_schedule_runs_on_drafts_that_nobody_touched(lake: Lake, updates: list[str]) -> None:
    """A scheduled run is incremental; the next one brings updates of tables without a change column too."""
    lake.export("20260102T010000Z", Mode.INCREMENTAL)
    lake.process()
    lake.shop.run(*updates)
    lake.export("20260103T010000Z", Mode.INCREMENTAL)
    lake.process()
    lake.merge()
    assert_athena_equals_the_server(lake)


def assert_athena_equals_the_server(lake: Lake) -> None:
    """Compare every value of every table."""
    with closing(lake.shop.session()) as session:
        session.do("SET NAMES utf8mb4")
        for name in tables(session):
            table = describe(session, name)
            key = ", ".join(f"`{column}`" for column in table.unique[0].columns)
            expressions = ", ".join(said(column) for column in table.columns)
            wanted = session.rows(f"SELECT {expressions} FROM `{name}` ORDER BY {key}")  # noqa: S608 names of this file
            names = ", ".join(f'"{column.name.lower()}"' for column in table.columns)
            found = lake.query(f"select {names} from {name.lower()} order by {key.replace('`', '').lower()}")  # noqa: S608 names of this file
            assert len(found) == len(wanted) > 0
            for place, column in enumerate(table.columns):
                told = [shown(row[column.name.lower()], column) for row in found]
                assert told == [spelled(row[place], column) for row in wanted], f"{name}.{column.name}"


@pytest.mark.parametrize("lake", [pytest.param(statements(SAKILA), id="Sakila")], indirect=True)
def test_a_row_that_the_server_deletes_leaves_athena_and_comes_back_when_it_is_inserted_again(lake: Lake) -> None:
    told = {**lake.contracts["film"].properties, "headgate.deletes": "key_comparison"}
    following = replace(lake, contracts={"film": replace(lake.contracts["film"], properties=told)})

    def films(run: str, mode: Mode, *statements: str) -> tuple[int, int]:
        """How many films Athena has after a run, and how many of those that are deleted here; everything is delivered twice."""
        lake.shop.run(*statements)
        following.export(run, mode)
        for _ in range(2):
            following.process()
            following.merge()
        (row,) = lake.query("select count(*) as n, count_if(film_id in (7, 8)) as m from film")
        return int(str(row["n"])), int(str(row["m"]))

    assert films("r1", Mode.FULL) == (1000, 2)
    assert films("r2", Mode.INCREMENTAL, "DELETE FROM film WHERE film_id IN (7, 8)") == (998, 0)
    again = "INSERT INTO film (film_id, title, language_id, last_update) VALUES (7, 'AGAIN', 1, '2001-01-01')"
    assert films("r3", Mode.FULL, again) == (999, 1)
    assert lake.query("select title from film where film_id = 7") == [{"title": "AGAIN"}]


@pytest.mark.parametrize("lake", [pytest.param([*statements(CHINOOK), *statements(SAKILA)], id="both")], indirect=True)
def test_a_draft_says_what_the_server_knows(lake: Lake) -> None:
    film, staff, track = (lake.contracts[name] for name in ("film", "staff", "track"))
    assert (film.key, film.order_by, film.column("language_id").references) == (("film_id",), ("last_update",), "language.language_id")
    assert Rule("valid_values", ("G", "PG", "PG-13", "R", "NC-17"), Level.WARN) in film.column("rating").rules
    assert (staff.column("active").type.kind, staff.column("picture").type.kind) == (Kind.BOOLEAN, Kind.STRING)
    assert (track.properties["headgate.table"], track.column("albumid").references) == ("Track", "album.albumid")
    assert (lake.contracts["playlisttrack"].key, "film_list" in lake.contracts) == (("playlistid", "trackid"), False)


@pytest.mark.parametrize(
    "lake",
    [
        pytest.param(
            [
                "CREATE TABLE t (id INT PRIMARY KEY, card_number VARCHAR(19), f TINYINT(1), n VARCHAR(30))",
                "INSERT INTO t VALUES (1, NULL, 2, '4111111111111111')",
            ],
            id="cards",
        )
    ],
    indirect=True,
)
def test_a_draft_masks_what_is_named_or_filled_like_a_card_number_and_takes_a_used_flag_for_a_number(lake: Lake) -> None:
    table = lake.contracts["t"]
    assert (table.column("card_number").mask, table.column("n").mask, table.column("f").type.kind) == (Mask.PAN, Mask.PAN, Kind.SMALLINT)


def said(column: SourceColumn) -> str:
    """What the server itself says a value is."""
    name = f"`{column.name}`"
    if column.kind in BYTES:
        return f"HEX({name})"
    if column.kind in PLACES:
        return f"HEX(ST_AsWKB({name}))"
    if column.kind in {"bit", "year", "float", "double"} or column.zerofill:
        return f"CAST({name} + 0{'e0' if column.kind in {'float', 'double'} else ''} AS CHAR)"
    return f"CAST({name} AS CHAR)"


def spelled(text: str | None, column: SourceColumn) -> object:
    """The server's text, as a number where it may be spelled in more than one way; an impossible date is null."""
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
        return text + (f".{value.microsecond:06d}"[: column.fraction_digits + 1] if column.fraction_digits else "")
    return str(value)

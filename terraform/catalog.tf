# Databases, tables and crawlers. Columns come from the contracts by build/catalog.json; nothing is typed here.
locals {
  catalog = jsondecode(file("${local.build_dir}/catalog.json"))
  defined_crawlers = {
    for definition in fileset("${path.module}/../crawlers", "*.json") :
    trimsuffix(definition, ".json") => jsondecode(file("${path.module}/../crawlers/${definition}"))
  }
  # A lake's own SQL models have no definition of their own; they are crawled as curated is.
  crawlers = merge(
    { for key, crawler in local.defined_crawlers : key => crawler if crawler.system == null || contains(local.systems, coalesce(crawler.system, "-")) },
    {
      for system in local.systems : system => merge(local.defined_crawlers["curated"], {
        description = "Tables of ${system}"
        database    = "prod"
        system      = system
        bucket      = system
      }) if !contains(keys(local.defined_crawlers), system)
    },
  )

  # The metadata that readers of Iceberg tables need.
  iceberg_objects = flatten([
    for folder in local.iceberg_folders : [for key in concat(["curated"], [for system in local.systems : system]) : "${module.bucket[key].arn}/${folder}"]
  ])

  catalog_arn = "arn:${local.partition}:glue:${var.region}:${local.account_id}:catalog"

  tables = merge([
    for database, tables in local.catalog : {
      for name, table in tables : "${database}.${name}" => merge(table, { database = database, name = name })
    }
  ]...)

  # The publisher moves these tables from snapshot to snapshot. Quarantine, decisions and annotations have one place for good.
  placed_tables = {
    "curated.quarantine"  = { location = "s3://${module.bucket["quarantine"].name}/rows/", description = "Refused and duplicate rows, each with its reason" }
    "curated.decisions"   = { location = "s3://${module.bucket["curated"].name}/decisions/", description = "Decisions of people about the items of work queues" }
    "curated.annotations" = { location = "s3://${module.bucket["curated"].name}/annotations/", description = "Notes of people on days" }
  }
  published_tables = { for key, table in local.tables : key => table if !contains(keys(local.placed_tables), key) }
  first_location = {
    for key, table in local.published_tables : key => (
      table.database == "curated"
      ? "s3://${module.bucket["curated"].name}/snapshots/${table.name}/none/"
      : "s3://${module.bucket[table.system].name}/tables/${table.name}/none/"
    )
  }
  table_arns = {
    for key, table in local.tables : key => "${replace(local.catalog_arn, ":catalog", ":table")}/${aws_glue_catalog_database.this[table.database].name}/${table.name}"
  }
  # By database and not by table: IAM takes 10,240 characters for the policies of a role, however many tables there are.
  every_table_arns = {
    for key, database in aws_glue_catalog_database.this : key => "${replace(local.catalog_arn, ":catalog", ":table")}/${database.name}/*"
  }
  # To list databases is a right on the catalog and on each of them. Athena also looks at the database `default`.
  # Source: Athena user guide, "Configure access to databases and tables in the AWS Glue Data Catalog".
  asked_catalog_arns = concat(
    [local.catalog_arn, "${replace(local.catalog_arn, ":catalog", ":database")}/default"],
    values(local.database_arns), values(local.every_table_arns),
  )
  ask_catalog = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"]

  # A system's role names its own datasets and tables up to this number, and beyond it all of the database. docs/adr/0084-a-system-reads-its-own-datasets.md
  most_named = 10
  own_table_arns = {
    for system in local.systems : system => (
      length(local.own_tables[system]) <= local.most_named ? [for key in local.own_tables[system] : local.table_arns[key]] : [local.every_table_arns["prod"]]
    )
  }
  own_tables = { for system in local.systems : system => [for key, table in local.published_tables : key if table.database == "prod" && table.system == system] }

  database_arns = {
    for key, database in aws_glue_catalog_database.this : key => "${replace(local.catalog_arn, ":catalog", ":database")}/${database.name}"
  }
}

resource "aws_glue_catalog_database" "this" {
  for_each = {
    curated = "Accepted rows: the newest snapshot of each dataset, and quarantine"
    prod    = "Tables that the systems build"
  }

  name        = "${local.database_prefix}_${each.key}"
  description = each.value
}

resource "aws_glue_catalog_table" "published" {
  for_each = local.published_tables

  database_name = aws_glue_catalog_database.this[each.value.database].name
  name          = each.value.name
  table_type    = "EXTERNAL_TABLE"
  parameters    = { EXTERNAL = "TRUE", classification = "parquet" }

  storage_descriptor {
    location      = local.first_location[each.key]
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.Name
        type    = columns.value.Type
        comment = columns.value.Comment
      }
    }
  }

  lifecycle {
    # From its first publish on, the publisher owns where a table lies and what columns it has.
    ignore_changes = [storage_descriptor, parameters]
  }
}

resource "aws_glue_catalog_table" "placed" {
  for_each = local.placed_tables

  database_name = aws_glue_catalog_database.this["curated"].name
  name          = local.tables[each.key].name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"
  parameters    = { EXTERNAL = "TRUE", classification = "parquet" }

  storage_descriptor {
    location      = each.value.location
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = local.tables[each.key].columns

      content {
        name    = columns.value.Name
        type    = columns.value.Type
        comment = columns.value.Comment
      }
    }
  }
}

# A crawler's tables are those of its zone: all of curated, or one system's. It waits for them by their names: with `depends_on` no plan
# would show the policies of the jobs that start it.
locals {
  crawled_tables = {
    for key, crawler in local.crawlers : key => sort([
      for name, table in local.published_tables : aws_glue_catalog_table.published[name].name
      if table.database == crawler.database && (crawler.system == null || table.system == crawler.system)
    ])
  }
}

module "crawler" {
  source   = "./modules/crawler"
  for_each = { for key, crawler in local.crawlers : key => crawler if !var.iceberg }

  role_settings = local.role_settings
  account_id    = local.account_id

  name          = "${local.lake}-${each.key}"
  description   = each.value.description
  database      = aws_glue_catalog_database.this[each.value.database].name
  tables        = local.crawled_tables[each.key]
  buckets       = [module.bucket[each.value.bucket].name]
  catalog_arn   = local.catalog_arn
  kms_key_arn   = aws_kms_key.lake.arn
  schema_change = each.value.schema_change
  configuration = each.value.configuration
}

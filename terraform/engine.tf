# Where the systems' set-sized work runs: DuckDB in the job's own process, Spark on the job's workers, or Athena.
locals {
  engine = coalesce(var.engine, local.platform.engine)

  engine_arguments = {
    "--HEADGATE_ENGINE"        = local.engine
    "--HEADGATE_SPARK_FROM_MB" = tostring(var.spark_from_mb)
  }
}

# Athena asks for the caller's own rights to catalog and results; that to the rows it reads, every system has already.
data "aws_iam_policy_document" "ask_athena" {
  for_each = local.systems

  statement {
    sid       = "AskAthena"
    actions   = ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution"]
    resources = [aws_athena_workgroup.this["lake"].arn]
  }

  statement {
    sid     = "ReadOwnDatasetsTables"
    actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"]
    resources = concat(
      [local.catalog_arn, "${replace(local.catalog_arn, ":catalog", ":database")}/default", local.database_arns["curated"]],
      length(local.datasets_read[each.key]) <= local.most_named ? [for dataset in local.datasets_read[each.key] : local.table_arns["curated.${dataset}"]] : [local.every_table_arns["curated"]],
    )
  }

  dynamic "statement" {
    for_each = local.iceberg_folders

    content {
      sid       = "ReadIcebergMetadata"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket["curated"].arn}/${statement.value}"]
    }
  }

  statement {
    sid       = "KeepAnswers"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${module.bucket["athena_results"].arn}/results/*"]
  }

  statement {
    sid       = "FindAnswers"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
    resources = [module.bucket["athena_results"].arn]
  }
}

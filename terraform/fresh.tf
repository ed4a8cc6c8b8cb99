# Rows of accepted files in SQL before the next run: a job merges them into the tables of small datasets. start_pipeline starts it; one run
# at a time works until nothing is new. docs/adr/0086-snapshots-in-parts.md
locals {
  refresh_job = "${local.lake}-refresh_tables"
}

data "aws_iam_policy_document" "refresh_tables" {
  source_policy_documents = [
    data.aws_iam_policy_document.use_key.json,
    data.aws_iam_policy_document.read_definitions.json,
    data.aws_iam_policy_document.keep_audit_ledger.json,
    data.aws_iam_policy_document.read_snapshots.json,
  ]

  statement {
    sid       = "ReadIncrements"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["curated"].arn}/increments/*"]
  }

  statement {
    sid       = "ListAuditLedger"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["audits/*"]
    }
  }

  statement {
    sid       = "WriteSnapshots"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]
    resources = concat(["${module.bucket["curated"].arn}/snapshots/*"], [for folder in local.iceberg_folders : "${module.bucket["curated"].arn}/${folder}"])
  }

  dynamic "statement" {
    for_each = local.iceberg_folders

    content {
      sid       = "ReadIcebergMetadata"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket["curated"].arn}/${statement.value}"]
    }
  }

  # When an object came to hold a content decides between rows that changed at the same time.
  statement {
    sid       = "ReadFileRecords"
    actions   = ["dynamodb:Scan"]
    resources = [aws_dynamodb_table.files.arn]
  }

  statement {
    sid       = "MoveCuratedTables"
    actions   = ["glue:GetTable", "glue:UpdateTable"]
    resources = [local.catalog_arn, local.database_arns["curated"], local.every_table_arns["curated"]]
  }
}

module "refresh_tables" {
  source = "./modules/glue_job"
  count  = var.fresh_rows_mb > 0 ? 1 : 0

  role_settings = local.role_settings
  account_id    = local.account_id

  name             = local.refresh_job
  description      = "Merges new rows into the tables of small datasets between two runs"
  script           = "${local.build_dir}/jobs/merge_curated.py"
  artifacts_bucket = module.bucket["artifacts"].name
  policy_json      = data.aws_iam_policy_document.refresh_tables.json
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  # Spare capacity may start minutes later.
  runtime = merge(local.platform.job, { execution_class = local.platform.job.execution_class == null ? null : "STANDARD" })
  arguments = merge(local.job_arguments, local.wheel_arguments["merge_curated"], {
    "--HEADGATE_SNAPSHOT_PART_ROWS" = tostring(var.snapshot_part_rows)
    "--HEADGATE_FRESH_ROWS_MB"      = tostring(var.fresh_rows_mb)
  }, var.iceberg ? { "--HEADGATE_ICEBERG" = "true" } : {})
}

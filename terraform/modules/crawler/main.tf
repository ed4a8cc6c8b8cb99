# A crawler over tables that exist already, with a role of its own.
data "aws_partition" "current" {}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "ReadData"
    actions   = ["s3:GetObject"]
    resources = [for bucket in var.buckets : "arn:${data.aws_partition.current.partition}:s3:::${bucket}/*"]
  }

  statement {
    sid       = "ListData"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [for bucket in var.buckets : "arn:${data.aws_partition.current.partition}:s3:::${bucket}"]
  }

  statement {
    sid       = "Decrypt"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }

  statement {
    sid = "RefreshTables"
    actions = [
      "glue:GetDatabase",
      "glue:GetTable",
      "glue:GetTables",
      "glue:UpdateTable",
      "glue:GetPartition",
      "glue:GetPartitions",
      "glue:BatchGetPartition",
      "glue:BatchCreatePartition",
      "glue:UpdatePartition",
      "glue:BatchUpdatePartition",
    ]
    resources = [
      var.catalog_arn,
      "${replace(var.catalog_arn, ":catalog", ":database")}/${var.database}",
      "${replace(var.catalog_arn, ":catalog", ":table")}/${var.database}/*",
    ]
  }

  # All crawlers of an account share this group, so that no deployment owns it; scripts/deploy.py sees to its retention.
  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [replace(replace(var.catalog_arn, ":glue:", ":logs:"), ":catalog", ":log-group:/aws-glue/crawlers:*")]
  }
}

module "role" {
  source = "../role"

  settings = var.role_settings

  name              = "${var.name}-crawler"
  service           = "glue"
  source_account_id = var.account_id
  policy_json       = data.aws_iam_policy_document.this.json
}

resource "aws_glue_crawler" "this" {
  name          = var.name
  description   = var.description
  role          = module.role.arn
  database_name = var.database
  configuration = jsonencode(var.configuration)

  catalog_target {
    database_name = var.database
    tables        = var.tables
  }

  schema_change_policy {
    update_behavior = var.schema_change.update
    delete_behavior = var.schema_change.delete
  }

  lineage_configuration {
    crawler_lineage_settings = "DISABLE"
  }

  recrawl_policy {
    recrawl_behavior = "CRAWL_EVERYTHING"
  }
}

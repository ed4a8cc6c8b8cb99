locals {
  systems = toset(var.systems == null ? keys(local.packed_systems) : var.systems)

  zones = {
    staging        = { expiry_days = 7 }
    raw            = { expiry_days = var.raw_expiry_days }
    curated        = { expiry_days = null }
    quarantine     = { expiry_days = null }
    artifacts      = { expiry_days = null }
    athena_results = { expiry_days = 30 }
  }

  # Where card numbers are at rest as they came.
  original_zones = ["raw", "staging"]

  # Reports of runs in the artifacts bucket, by folder.
  report_expiry_days = { data_docs = 90, openlineage = 365, "runs/stages" = 365 }

  prod_zones = { for system in local.systems : system => { expiry_days = null } }
}

module "bucket" {
  source   = "./modules/bucket"
  for_each = merge(local.zones, local.prod_zones)

  name            = local.bucket_names[each.key]
  account_id      = local.account_id
  kms_key_arn     = contains(local.original_zones, each.key) ? aws_kms_key.originals.arn : aws_kms_key.lake.arn
  force_destroy   = local.force_destroy
  plain_http_from = local.platform.plain_http_from
}

# Not in the module: the provider waits for 55 s until S3 has returned the same rules ten times, and everything that uses a
# bucket by a variable's value would wait with it.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.platform.expiry_rules ? merge(local.zones, local.prod_zones) : {}

  bucket = module.bucket[each.key].name

  rule {
    id     = "forget-what-was-replaced"
    status = "Enabled"
    filter {}

    # An upload that was committed or has expired is not needed again, and may hold card data.
    noncurrent_version_expiration {
      noncurrent_days = each.key == "staging" ? 1 : var.old_version_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # A refresh of fresh rows replaces snapshots, and any run can build them again from the increments: old versions of them cost
  # much if they are kept for as long as those of other objects.
  dynamic "rule" {
    for_each = each.key == "curated" ? { tables = "snapshots/" } : contains(keys(local.prod_zones), each.key) ? { tables = "tables/", facts = "facts/" } : {}

    content {
      id     = "forget-replaced-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      noncurrent_version_expiration {
        noncurrent_days = var.snapshot_version_days
      }
    }
  }

  # Data Docs of old snapshots are not read any more, and lineage events were forwarded long ago. Models stay, so that a score can be
  # explained later.
  dynamic "rule" {
    for_each = each.key == "artifacts" ? local.report_expiry_days : {}

    content {
      id     = "expire-${replace(rule.key, "/[_/]/", "-")}"
      status = "Enabled"

      filter {
        prefix = "${rule.key}/"
      }

      expiration {
        days = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.expiry_days == null ? [] : [each.value.expiry_days]

    content {
      id     = "expire"
      status = "Enabled"
      filter {}

      expiration {
        days = rule.value
      }
    }
  }
}

# One record per file, and one claim per content.
resource "aws_dynamodb_table" "files" {
  name         = coalesce(var.files_table, "${local.lake}-files")
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "file_id"

  attribute {
    name = "file_id"
    type = "S"
  }

  attribute {
    name = "bucket"
    type = "S"
  }

  attribute {
    name = "received_at"
    type = "S"
  }

  # Only files have both attributes, so claims are not in it. All files are of one bucket: their list is one query.
  global_secondary_index {
    name            = "by_received_at"
    hash_key        = "bucket"
    range_key       = "received_at"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.lake.arn
  }

  deletion_protection_enabled = !local.force_destroy
}

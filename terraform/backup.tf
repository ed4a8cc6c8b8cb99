# Copies in another account and region: every new object of curated, quarantine and artifacts, the masked forms of raw, and a backup of
# the ledger each night. Off by default. Originals are not copied: verification codes would outlive the acceptance of their files.
# docs/operate/runbook.md
locals {
  backups = var.backup == null ? {} : { lake = var.backup }

  # By zone the part of the bucket that is copied.
  replicated_prefixes = { raw = "_masked/", curated = "", quarantine = "", artifacts = "" }
  replicas            = var.backup == null ? {} : var.backup.buckets
  replica_arns        = { for zone, name in local.replicas : zone => "arn:${local.partition}:s3:::${name}" }
}

data "aws_iam_policy_document" "replicate" {
  for_each = local.backups

  statement {
    sid       = "ReadWhatIsReplicated"
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [for zone in keys(local.replicas) : module.bucket[zone].arn]
  }

  statement {
    sid       = "ReadVersions"
    actions   = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    resources = [for zone in keys(local.replicas) : "${module.bucket[zone].arn}/${local.replicated_prefixes[zone]}*"]
  }

  statement {
    sid       = "WriteReplicas"
    actions   = ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"]
    resources = [for zone, arn in local.replica_arns : "${arn}/${local.replicated_prefixes[zone]}*"]
  }

  statement {
    sid       = "UseKeysOfTheLake"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.lake.arn, aws_kms_key.originals.arn]
  }

  statement {
    sid       = "UseKeyOfReplicas"
    actions   = ["kms:Encrypt", "kms:GenerateDataKey"]
    resources = [each.value.key_arn]
  }
}

module "replication_role" {
  source   = "./modules/role"
  for_each = local.backups

  settings = local.role_settings

  name              = "${local.lake}-replication"
  service           = "s3"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.replicate[each.key].json
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = local.replicas

  bucket = module.bucket[each.key].name
  role   = module.replication_role["lake"].arn

  rule {
    id     = "to-the-other-account"
    status = "Enabled"

    filter {
      prefix = local.replicated_prefixes[each.key]
    }

    # A deletion here, by mistake or on purpose, deletes nothing there.
    delete_marker_replication {
      status = "Disabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket  = local.replica_arns[each.key]
      account = var.backup.account_id

      access_control_translation {
        owner = "Destination"
      }

      encryption_configuration {
        replica_kms_key_id = var.backup.key_arn
      }

      # S3 promises 15 minutes for 99.9 percent of objects, and reports those that take longer.
      replication_time {
        status = "Enabled"

        time {
          minutes = 15
        }
      }

      metrics {
        status = "Enabled"

        event_threshold {
          minutes = 15
        }
      }
    }
  }
}

# Backups of the ledger. Point-in-time recovery stays in the account and region of the table.
resource "aws_backup_vault" "this" {
  for_each = local.backups

  name          = local.lake
  kms_key_arn   = aws_kms_key.lake.arn
  force_destroy = local.force_destroy
}

resource "aws_backup_plan" "this" {
  for_each = local.backups

  name = local.lake

  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.this[each.key].name
    schedule          = "cron(0 2 * * ? *)"

    lifecycle {
      delete_after = each.value.keep_days
    }

    copy_action {
      destination_vault_arn = each.value.vault_arn

      lifecycle {
        delete_after = each.value.keep_days
      }
    }
  }
}

# Source: AWS managed policy AWSBackupServiceRolePolicyForBackup, its statements on DynamoDB and vaults.
data "aws_iam_policy_document" "back_up" {
  for_each = local.backups

  statement {
    sid       = "BackUpTheLedger"
    actions   = ["dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"]
    resources = [aws_dynamodb_table.files.arn]
  }

  statement {
    sid       = "KeepAndCopy"
    actions   = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
    resources = [aws_backup_vault.this[each.key].arn, each.value.vault_arn]
  }

  statement {
    sid       = "UseKeyOfTheLake"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    resources = [aws_kms_key.lake.arn]
  }
}

module "backup_role" {
  source   = "./modules/role"
  for_each = local.backups

  settings = local.role_settings

  name              = "${local.lake}-backup"
  service           = "backup"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.back_up[each.key].json
}

resource "aws_backup_selection" "this" {
  for_each = local.backups

  name         = "ledger"
  plan_id      = aws_backup_plan.this[each.key].id
  iam_role_arn = module.backup_role[each.key].arn
  resources    = [aws_dynamodb_table.files.arn]
}

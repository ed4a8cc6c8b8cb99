# Roles of people, each for one job. A role exists where somebody may assume it (var.people).
locals {
  people = { for role, principals in var.people : role => principals if length(principals) > 0 }

  people_statements = {
    uploader = {
      SendFiles      = { actions = ["s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.bucket["raw"].arn}/*"] }
      FollowFiles    = { actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"], resources = local.ledger_arns }
      UseKeyToUpload = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [aws_kms_key.originals.arn] }
      UseKeyToFollow = { actions = ["kms:Decrypt"], resources = [aws_kms_key.lake.arn] }
    }
    analyst = {
      Ask = {
        actions   = ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution", "athena:GetWorkGroup"]
        resources = [for key, workgroup in aws_athena_workgroup.this : workgroup.arn if key == "analysts"]
      }
      ReadCatalog = {
        actions   = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"]
        resources = local.catalog_arns
      }
      ReadTables = {
        actions   = ["s3:GetObject"]
        resources = concat(["${module.bucket["curated"].arn}/snapshots/*"], [for system in local.systems : "${module.bucket[system].arn}/tables/*"])
      }
      ListTables = {
        actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
        resources = concat([module.bucket["curated"].arn, module.bucket["athena_results"].arn], [for system in local.systems : module.bucket[system].arn])
      }
      KeepAnswers   = { actions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.bucket["athena_results"].arn}/analysts/*"] }
      UseKeyToQuery = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [aws_kms_key.lake.arn] }
      # Athena reads objects with the rights of who asks, so this also holds for SQL. docs/adr/0082-personal-data-and-analysts.md
      HidePersonalData = { effect = "Deny", actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = var.analysts_see_personal_data ? [] : local.personal_objects }
    }
    operator = {
      RunAndWatch = {
        actions   = ["states:StartExecution", "states:StopExecution", "states:ListExecutions", "states:DescribeStateMachine"]
        resources = values(local.machine_arns)
      }
      ReadRuns = {
        actions   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        resources = [for arn in values(local.machine_arns) : "${replace(arn, ":stateMachine:", ":execution:")}:*"]
      }
      Redrive = {
        actions   = ["sqs:ReceiveMessage", "sqs:SendMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        resources = flatten([for queue in [module.raw_objects, module.curated_changes] : [queue.arn, queue.dead_letters.arn]])
      }
      SettleFiles  = { actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan"], resources = local.ledger_arns }
      RewriteZones = { actions = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"], resources = [for name in local.operated_buckets : "${name}/*"] }
      ListZones    = { actions = ["s3:ListBucket", "s3:ListBucketVersions"], resources = local.operated_buckets }
      MoveTables   = { actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable", "glue:GetJobRuns"], resources = concat(local.catalog_arns, [for name in values(local.job_names) : "arn:${local.partition}:glue:${var.region}:${local.account_id}:job/${name}"]) }
      ReadKey      = { actions = ["secretsmanager:GetSecretValue"], resources = [aws_secretsmanager_secret.masking_key.arn] }
      UseKey       = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [aws_kms_key.lake.arn, aws_kms_key.originals.arn] }
      ReadLogs     = { actions = ["logs:FilterLogEvents", "logs:DescribeLogGroups"], resources = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"] }
    }
    auditor = {
      ReadRecords = { actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeTable"], resources = local.ledger_arns }
      ReadLogs    = { actions = ["logs:FilterLogEvents", "logs:DescribeLogGroups"], resources = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"] }
      ReadTrail   = { actions = ["s3:GetObject", "s3:ListBucket"], resources = ["arn:${local.partition}:s3:::${local.trail_bucket}", "arn:${local.partition}:s3:::${local.trail_bucket}/*"] }
      ReadAudit   = { actions = ["s3:GetObject"], resources = [for system in local.systems : "${module.bucket[system].arn}/tables/pci_audit/*"] }
      UseKey      = { actions = ["kms:Decrypt"], resources = [aws_kms_key.lake.arn] }
    }
  }

  # All versions of the tables that have a column about a person.
  personal_objects = [
    for key, table in local.published_tables :
    table.database == "curated" ? "${module.bucket["curated"].arn}/snapshots/${table.name}/*" : "${module.bucket[table.system].arn}/tables/${table.name}/*"
    if length(table.personal) > 0
  ]

  ledger_arns      = [aws_dynamodb_table.files.arn, "${aws_dynamodb_table.files.arn}/index/*"]
  operated_buckets = concat([for zone in ["raw", "staging", "curated", "quarantine", "artifacts", "athena_results"] : module.bucket[zone].arn], [for system in local.systems : module.bucket[system].arn])
  catalog_arns     = ["arn:${local.partition}:glue:${var.region}:${local.account_id}:catalog", "arn:${local.partition}:glue:${var.region}:${local.account_id}:database/${local.database_prefix}_*", "arn:${local.partition}:glue:${var.region}:${local.account_id}:table/${local.database_prefix}_*"]
}

data "aws_iam_policy_document" "people_trust" {
  for_each = local.people

  statement {
    sid     = "PeopleAssume"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = each.value
    }
  }
}

data "aws_iam_policy_document" "people" {
  for_each = local.people

  dynamic "statement" {
    for_each = { for sid, stated in local.people_statements[each.key] : sid => stated if length(stated.resources) > 0 }

    content {
      sid       = statement.key
      effect    = lookup(statement.value, "effect", "Allow")
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "people" {
  for_each = local.people

  name               = "${substr("${local.lake}-${each.key}", 0, 64 - length(local.role_suffix))}${local.role_suffix}"
  assume_role_policy = data.aws_iam_policy_document.people_trust[each.key].json
}

resource "aws_iam_role_policy" "people" {
  for_each = local.people

  name   = "own-work"
  role   = aws_iam_role.people[each.key].id
  policy = data.aws_iam_policy_document.people[each.key].json
}

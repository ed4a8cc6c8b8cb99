# Roles of people, each for one job. A role exists where somebody may assume it (var.people).
locals {
  people = { for role, principals in var.people : role => principals if length(principals) > 0 }

  people_statements = {
    uploader = {
      SendFiles      = { actions = ["s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.bucket["raw"].arn}/*"] }
      NameVersions   = { actions = ["s3:ListBucketVersions"], resources = [module.bucket["raw"].arn] }
      FollowFiles    = { actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"], resources = local.ledger_arns }
      UseKeyToUpload = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [aws_kms_key.originals.arn] }
      UseKeyToFollow = { actions = ["kms:Decrypt"], resources = [aws_kms_key.lake.arn] }
    }
    analyst = {
      Ask = {
        actions   = ["athena:StartQueryExecution", "athena:GetWorkGroup"]
        resources = [for key, workgroup in aws_athena_workgroup.this : workgroup.arn if key == "analysts"]
      }
      FollowQueries = { actions = local.follow_queries, resources = [for key, arn in local.followed_queries : arn if key == "analysts"] }
      ReadCatalog   = { actions = local.ask_catalog, resources = local.asked_catalog_arns }
      ReadTables = {
        actions   = ["s3:GetObject"]
        resources = concat(["${module.bucket["curated"].arn}/snapshots/*"], [for system in local.systems : "${module.bucket[system].arn}/tables/*"], local.iceberg_objects)
      }
      ListTables = {
        actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
        resources = concat([module.bucket["curated"].arn, module.bucket["athena_results"].arn], [for system in local.systems : module.bucket[system].arn])
      }
      ReadKeptQuestions = { actions = ["s3:GetObject"], resources = ["${module.bucket["artifacts"].arn}/questions/*"] }
      ListKeptQuestions = { actions = ["s3:ListBucket"], resources = [module.bucket["artifacts"].arn], prefix = "questions/*" }
      KeepAnswers       = { actions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], resources = ["${module.bucket["athena_results"].arn}/analysts/*"] }
      UseKeyToQuery     = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [aws_kms_key.lake.arn] }
    }
    operator = {
      RunAndWatch = {
        actions   = ["states:StartExecution", "states:ListExecutions", "states:DescribeStateMachine"]
        resources = values(local.machine_arns)
      }
      FollowAndStopRuns = {
        actions   = ["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"]
        resources = [for arn in values(local.machine_arns) : "${replace(arn, ":stateMachine:", ":execution:")}:*"]
      }
      Redrive = {
        actions   = ["sqs:ReceiveMessage", "sqs:SendMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        resources = flatten([for queue in [module.raw_objects, module.curated_changes] : [queue.arn_by_name, queue.dead_letters.arn]])
      }
      SettleFiles   = { actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan"], resources = local.ledger_arns }
      RewriteZones  = { actions = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], resources = [for name in local.operated_buckets : "${name}/*"] }
      ListZones     = { actions = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"], resources = local.operated_buckets }
      MoveTables    = { actions = concat(local.ask_catalog, ["glue:UpdateTable"]), resources = local.asked_catalog_arns }
      SeeJobRuns    = { actions = ["glue:GetJobRuns"], resources = ["arn:${local.partition}:glue:${var.region}:${local.account_id}:job/${local.lake}-*"] }
      Ask           = { actions = ["athena:StartQueryExecution", "athena:GetWorkGroup"], resources = [aws_athena_workgroup.this["lake"].arn] }
      FollowQueries = { actions = local.follow_queries, resources = [local.followed_queries["lake"]] }
      CheckUploads  = { actions = ["lambda:InvokeFunction"], resources = [module.dry_run.arn] }
      SeeAlarms     = { actions = ["cloudwatch:DescribeAlarms"], resources = ["*"] } # Source: CloudWatch API reference, DescribeAlarms: "scoped to *"
      AddPeople     = { actions = ["cognito-idp:AdminCreateUser", "cognito-idp:AdminSetUserPassword", "cognito-idp:AdminAddUserToGroup"], resources = [aws_cognito_user_pool.this.arn] }
      RotateKey     = { actions = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"], resources = [aws_secretsmanager_secret.masking_key.arn] }
      UseKey        = { actions = ["kms:GenerateDataKey", "kms:Decrypt"], resources = [aws_kms_key.lake.arn, aws_kms_key.originals.arn] }
      ReadLogs      = { actions = ["logs:FilterLogEvents", "logs:DescribeLogGroups"], resources = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"] }
    }
    auditor = {
      ReadRecords = { actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeTable"], resources = local.ledger_arns }
      ReadLogs    = { actions = ["logs:FilterLogEvents", "logs:DescribeLogGroups"], resources = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"] }
      ReadTrail   = { actions = ["s3:GetObject", "s3:ListBucket"], resources = ["arn:${local.partition}:s3:::${local.trail_bucket}", "arn:${local.partition}:s3:::${local.trail_bucket}/*"] }
      # Which rows a correction replaces, by number and rule; no value.
      ReadCorrectedRows = { actions = ["s3:GetObject"], resources = ["${module.bucket["artifacts"].arn}/corrections/*"] }
      ListCorrections   = { actions = ["s3:ListBucket"], resources = [module.bucket["artifacts"].arn], prefix = "corrections/*" }
      ReadAudit         = { actions = ["s3:GetObject"], resources = flatten([for system in local.systems : [for table in ["pci_audit", "pci_findings"] : "${module.bucket[system].arn}/tables/${table}/*"]]) }
      UseKey            = { actions = ["kms:Decrypt"], resources = [aws_kms_key.lake.arn] }
    }
  }

  # All versions of the tables that have a column about a person.
  personal_objects = [
    for key, table in local.published_tables :
    table.database == "curated" ? "${module.bucket["curated"].arn}/snapshots/${table.name}/*" : "${module.bucket[table.system].arn}/tables/${table.name}/*"
    if length(table.personal) > 0
  ]

  ledger_arns      = [aws_dynamodb_table.files.arn, "${aws_dynamodb_table.files.arn}/index/*"]
  follow_queries   = ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetQueryRuntimeStatistics", "athena:StopQueryExecution"]
  operated_buckets = concat([for zone in ["raw", "staging", "curated", "quarantine", "artifacts", "athena_results"] : module.bucket[zone].arn], [for system in local.systems : module.bucket[system].arn])
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

      dynamic "condition" {
        for_each = compact([lookup(statement.value, "prefix", "")])

        content {
          test     = "StringLike"
          variable = "s3:prefix"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_iam_role" "people" {
  for_each = local.people

  name                 = "${substr("${local.lake}-${each.key}", 0, 64 - length(local.role_suffix))}${local.role_suffix}"
  assume_role_policy   = data.aws_iam_policy_document.people_trust[each.key].json
  permissions_boundary = var.permissions_boundary

  lifecycle {
    # Source: IAM user guide, "IAM and AWS STS quotas": 10 managed policies attached to a role.
    precondition {
      condition     = each.key != "analyst" || length(local.hidden_by_policy) <= 10
      error_message = "${length(local.hidden_from_analysts)} tables have columns about a person, and the policies of an analyst hide at most ${10 * local.hidden_per_policy}. Set analysts_see_personal_data, or people without the analyst and let them ask through the API, which hides columns instead of tables."
    }
  }
}

resource "aws_iam_role_policy" "people" {
  for_each = local.people

  name   = "own-work"
  role   = aws_iam_role.people[each.key].id
  policy = data.aws_iam_policy_document.people[each.key].json
}

# A created dataset is hidden by no policy, so that it may have columns about people where no analyst reads past the API.
locals {
  takes_people = tostring(!contains(keys(local.people), "analyst") || var.analysts_see_personal_data)
}

# Athena reads objects with the rights of who asks, so this also holds for SQL. The list grows with the tables, so it stands in policies
# of its own: an inline policy would become too long. docs/adr/0080-forget.md
locals {
  hidden_from_analysts = contains(keys(local.people), "analyst") && !var.analysts_see_personal_data ? local.personal_objects : []
  # A managed policy takes 6,144 characters, and the name of an object at most 140.
  hidden_per_policy = 40
  hidden_by_policy  = { for number, objects in chunklist(local.hidden_from_analysts, local.hidden_per_policy) : tostring(number) => objects }
}

data "aws_iam_policy_document" "personal_data" {
  for_each = local.hidden_by_policy

  statement {
    sid       = "HidePersonalData"
    effect    = "Deny"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = each.value
  }
}

resource "aws_iam_policy" "personal_data" {
  for_each = local.hidden_by_policy

  name        = "${aws_iam_role.people["analyst"].name}-personal-data-${each.key}"
  description = "Hides tables with columns about a person from analysts"
  policy      = data.aws_iam_policy_document.personal_data[each.key].json
}

resource "aws_iam_role_policy_attachment" "personal_data" {
  for_each = local.hidden_by_policy

  role       = aws_iam_role.people["analyst"].name
  policy_arn = aws_iam_policy.personal_data[each.key].arn
}

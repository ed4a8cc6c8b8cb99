# The scheduled export of the source MySQL server: schedule, state machine, job, login.
locals {
  connection_arn = "arn:${local.partition}:glue:${var.region}:${local.account_id}:connection/${local.lake}-database"
  ec2_arn        = "arn:${local.partition}:ec2:${var.region}:${local.account_id}"

  # No database network, no connection: the server is reached over the internet, or from the emulator's own machine.
  database_networks = var.database_network == null ? {} : { database = var.database_network }

  # The run is named for the time that it was due, so that one delivered twice is one run. Whoever starts the machine by
  # hand may say `tables`, `incremental`, `mask_at_source` or `run`.
  export_arguments = "{% $merge([{'--scheduled_at': $states.context.Execution.Input.scheduled_at != '' ? $states.context.Execution.Input.scheduled_at : $states.context.Execution.StartTime}, $states.context.Execution.Input.tables ? {'--tables': $states.context.Execution.Input.tables} : {}, $states.context.Execution.Input.run ? {'--run': $states.context.Execution.Input.run} : {}, $states.context.Execution.Input.incremental ? {'--incremental': 'true'} : {}, $states.context.Execution.Input.mask_at_source ? {'--mask_at_source': 'true'} : {}]) %}"

  export_definition = {
    Comment        = "MySQL to raw: one run of the export, with retries and an alert on failure"
    QueryLanguage  = "JSONata"
    StartAt        = "Start export_mysql"
    TimeoutSeconds = 43200
    States         = merge(local.stage_states["export_mysql"], local.failure_states["export_mysql"], { "Exported" = { Type = "Succeed" } })
  }
}

# The login; scripts/deploy.py writes it from MYSQL_URL.
resource "aws_secretsmanager_secret" "mysql" {
  name                    = "${local.lake}/mysql"
  description             = "MySQL login: {\"host\", \"port\", \"username\", \"password\", \"dbname\"}, and \"ca\" (PEM) for an authority that systems do not know"
  kms_key_id              = aws_kms_key.lake.arn
  recovery_window_in_days = local.force_destroy ? 0 : local.platform.secret_recovery
}

resource "aws_glue_connection" "database" {
  for_each = local.database_networks

  name            = "${local.lake}-database"
  description     = "The database's own subnet, for the export"
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = each.value.availability_zone
    subnet_id              = each.value.subnet_id
    security_group_id_list = each.value.security_group_ids
  }
}

data "aws_iam_policy_document" "export_mysql" {
  source_policy_documents = concat(
    [data.aws_iam_policy_document.use_key.json],
    [for document in data.aws_iam_policy_document.enter_network : document.json],
  )

  statement {
    sid       = "ReadLogin"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.mysql.arn]
  }

  dynamic "statement" {
    for_each = toset(var.export_mask_at_source ? ["masking"] : [])

    content {
      sid       = "ReadMaskingKey"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [aws_secretsmanager_secret.masking_key.arn]
    }
  }

  # It reads a manifest to see whether the run has landed already.
  statement {
    sid       = "LandRuns"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject"]
    resources = ["${module.bucket["raw"].arn}/*/dt=*/run=*/*"]
  }

  statement {
    sid       = "KeepWhatWasReached"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject", "s3:DeleteObject"]
    resources = ["${module.bucket["artifacts"].arn}/exports/*"]
  }

  # Without it S3 answers 403 where 404 is true.
  statement {
    sid       = "KnowWhatHasLanded"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["raw"].arn, module.bucket["artifacts"].arn]
  }
}

# Source: AWS Glue, "Setting up Amazon VPC for JDBC connections" and the managed policy AWSGlueServiceRole.
data "aws_iam_policy_document" "enter_network" {
  for_each = local.database_networks

  statement {
    sid       = "UseConnection"
    actions   = ["glue:GetConnection"]
    resources = [local.catalog_arn, local.connection_arn]
  }

  # EC2 knows no narrower resource for looking.
  statement {
    sid       = "SeeNetwork"
    actions   = ["ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute"]
    resources = ["*"]
  }

  statement {
    sid     = "EnterSubnet"
    actions = ["ec2:CreateNetworkInterface"]
    resources = concat(
      ["${local.ec2_arn}:network-interface/*", "${local.ec2_arn}:subnet/${each.value.subnet_id}"],
      [for group in each.value.security_group_ids : "${local.ec2_arn}:security-group/${group}"],
    )
  }

  statement {
    sid       = "LeaveSubnet"
    actions   = ["ec2:DeleteNetworkInterface"]
    resources = ["${local.ec2_arn}:network-interface/*"]
  }

  statement {
    sid       = "MarkInterfaces"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = ["${local.ec2_arn}:network-interface/*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["aws-glue-service-resource"]
    }
  }
}

module "export_mysql" {
  source = "./modules/glue_job"

  role_suffix = local.role_suffix

  name             = "${local.lake}-export_mysql"
  description      = "Exports the MySQL server's tables to raw, certified"
  script           = "${local.build_dir}/jobs/export_mysql.py"
  artifacts_bucket = module.bucket["artifacts"].name
  arguments        = merge(local.job_arguments, local.wheel_arguments["export_mysql"])
  policy_json      = data.aws_iam_policy_document.export_mysql.json
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime          = local.platform.job
  connections      = [for connection in aws_glue_connection.database : connection.name]
}

data "aws_iam_policy_document" "export_machine" {
  source_policy_documents = [data.aws_iam_policy_document.tell_of_failures.json]

  statement {
    sid       = "RunJob"
    actions   = ["glue:StartJobRun", "glue:GetJobRun"]
    resources = [module.export_mysql.arn]
  }
}

module "export_machine_role" {
  source = "./modules/role"

  suffix = local.role_suffix

  name        = "${local.machine_names["export_mysql"]}-machine"
  service     = "states"
  policy_json = data.aws_iam_policy_document.export_machine.json
}

resource "aws_sfn_state_machine" "export_mysql" {
  name       = local.machine_names["export_mysql"]
  role_arn   = module.export_machine_role.arn
  definition = jsonencode(local.export_definition)
}

module "export_schedule" {
  source = "./modules/schedule"

  role_suffix = local.role_suffix

  name        = "${local.lake}-export_mysql"
  role_name   = "${local.lake}-export_mysql-scheduler"
  description = "Exports the MySQL server's tables"
  expression  = var.export_schedule
  enabled     = var.export_enabled
  target_arn  = aws_sfn_state_machine.export_mysql.arn
  action      = "states:StartExecution"
  account_id  = local.account_id
  # Not by jsonencode, which writes < as an escape that the scheduler does not look for.
  input = "{\"scheduled_at\": \"${local.platform.scheduled_at}\", \"incremental\": true, \"mask_at_source\": ${var.export_mask_at_source}}"
}

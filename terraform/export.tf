# The scheduled exports of source databases: the deployment's own, and those of export_sources. Each has a login, a job, a
# state machine and a schedule of its own, so that none waits for another, reads another's login or hides another's failure.
locals {
  own_export = {
    source         = ""
    schedule       = var.export_schedule
    enabled        = var.export_enabled
    mask_at_source = var.export_mask_at_source
    network        = var.database_network
  }

  # By machine: export_mysql, export_mysql_crm.
  exports = merge(
    { export_mysql = local.own_export },
    {
      for source, settings in var.export_sources : "export_mysql_${source}" => merge(settings, {
        source  = source
        network = settings.network == null ? var.database_network : settings.network
      })
    },
  )

  # A schedule's name takes 64 characters. A longer name ends with a hash of itself.
  export_names = {
    for key in keys(local.exports) : key => length("${local.lake}-${key}") <= 64 ? "${local.lake}-${key}" : "${substr("${local.lake}-${key}", 0, 55)}-${substr(sha1("${local.lake}-${key}"), 0, 8)}"
  }

  # Exports that run by their schedule: they are wanted, and scripts/deploy.py found their login stored.
  scheduled_exports = [
    for key, export in local.exports : key if export.enabled && (var.export_logins == null ? true : contains(var.export_logins, export.source))
  ]

  ec2_arn = "arn:${local.partition}:ec2:${var.region}:${local.account_id}"

  # No database network, no connection: the server is reached over the internet, or from the emulator's own machine.
  database_networks = { for key, export in local.exports : key => export.network if export.network != null }
  connection_names  = { for key in keys(local.database_networks) : key => local.exports[key].source == "" ? "${local.lake}-database" : "${local.lake}-database-${local.exports[key].source}" }

  # The run is named for the time that it was due, so that one delivered twice is one run. Whoever starts the machine by
  # hand may say `tables`, `incremental`, `mask_at_source` or `run`.
  export_arguments = "{% $merge([{'--scheduled_at': $states.context.Execution.Input.scheduled_at != '' ? $states.context.Execution.Input.scheduled_at : $states.context.Execution.StartTime}, $states.context.Execution.Input.tables ? {'--tables': $states.context.Execution.Input.tables} : {}, $states.context.Execution.Input.run ? {'--run': $states.context.Execution.Input.run} : {}, $states.context.Execution.Input.incremental ? {'--incremental': 'true'} : {}, $states.context.Execution.Input.mask_at_source ? {'--mask_at_source': 'true'} : {}]) %}"

  export_definitions = {
    for key in keys(local.exports) : key => {
      Comment        = "The source database to raw: one run of the export, with retries and an alert on failure"
      QueryLanguage  = "JSONata"
      StartAt        = "Start ${key}"
      TimeoutSeconds = 43200
      States         = merge(local.stage_states[key], local.failure_states[key], { "Exported" = { Type = "Succeed" } })
    }
  }
}

# The login; scripts/deploy.py writes it from MYSQL_URL or POSTGRES_URL (with _<SOURCE>), `headgate export login` at any time.
resource "aws_secretsmanager_secret" "mysql" {
  for_each = local.exports

  name                    = each.value.source == "" ? "${local.lake}/mysql" : "${local.lake}/mysql/${each.value.source}"
  description             = "Login of the source database: {\"host\", \"port\", \"username\", \"password\", \"dbname\"}, \"engine\" (postgres; else MySQL), and \"ca\" (PEM) for an authority that systems do not know"
  kms_key_id              = aws_kms_key.lake.arn
  recovery_window_in_days = local.force_destroy ? 0 : local.platform.secret_recovery
}

resource "aws_glue_connection" "database" {
  for_each = local.database_networks

  name            = local.connection_names[each.key]
  description     = "The database's own subnet, for the export"
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = each.value.availability_zone
    subnet_id              = each.value.subnet_id
    security_group_id_list = each.value.security_group_ids
  }
}

data "aws_iam_policy_document" "export_mysql" {
  for_each = local.exports

  source_policy_documents = concat(
    [data.aws_iam_policy_document.use_key.json, data.aws_iam_policy_document.read_definitions.json, data.aws_iam_policy_document.write_originals_key.json],
    [for key, document in data.aws_iam_policy_document.enter_network : document.json if key == each.key],
  )

  statement {
    sid       = "ReadLogin"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.mysql[each.key].arn]
  }

  dynamic "statement" {
    for_each = toset(each.value.mask_at_source ? ["masking"] : [])

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
    resources = [local.catalog_arn, "arn:${local.partition}:glue:${var.region}:${local.account_id}:connection/${local.connection_names[each.key]}"]
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
  source   = "./modules/glue_job"
  for_each = local.exports

  role_settings = local.role_settings
  account_id    = local.account_id

  name             = local.export_names[each.key]
  description      = "Exports the source database's tables to raw, certified"
  script           = "${local.build_dir}/jobs/export_mysql.py"
  artifacts_bucket = module.bucket["artifacts"].name
  arguments        = merge(local.job_arguments, local.wheel_arguments["export_mysql"], each.value.source == "" ? {} : { "--source" = each.value.source }, each.value.mask_at_source ? { "--mask_at_source" = "true" } : {})
  policy_json      = data.aws_iam_policy_document.export_mysql[each.key].json
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime          = local.platform.job
  connections      = [for key, connection in aws_glue_connection.database : connection.name if key == each.key]
}

data "aws_iam_policy_document" "export_machine" {
  for_each = local.exports

  source_policy_documents = [data.aws_iam_policy_document.tell_of_failures.json]

  statement {
    sid       = "RunJob"
    actions   = ["glue:StartJobRun", "glue:GetJobRun"]
    resources = [module.export_mysql[each.key].arn]
  }
}

module "export_machine_role" {
  source   = "./modules/role"
  for_each = local.exports

  settings = local.role_settings

  name              = "${local.machine_names[each.key]}-machine"
  service           = "states"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.export_machine[each.key].json
}

resource "aws_sfn_state_machine" "export_mysql" {
  for_each = local.exports

  name       = local.machine_names[each.key]
  role_arn   = module.export_machine_role[each.key].arn
  definition = jsonencode(local.export_definitions[each.key])
}

module "export_schedule" {
  source   = "./modules/schedule"
  for_each = local.exports

  role_settings = local.role_settings

  name        = local.export_names[each.key]
  role_name   = "${local.lake}-${each.key}-scheduler"
  description = each.value.source == "" ? "Exports the source database's tables" : "Exports the tables of the source ${each.value.source}"
  expression  = each.value.schedule
  enabled     = contains(local.scheduled_exports, each.key)
  target_arn  = aws_sfn_state_machine.export_mysql[each.key].arn
  action      = "states:StartExecution"
  account_id  = local.account_id
  # Not by jsonencode, which writes < as an escape that the scheduler does not look for.
  input = "{\"scheduled_at\": \"${local.platform.scheduled_at}\", \"incremental\": true, \"mask_at_source\": ${each.value.mask_at_source}}"
}

# The Glue jobs of curated_to_prod, and the Athena workgroup that answers SQL.
locals {
  job_log_prefix = "/aws-glue/${local.lake}"

  job_arguments = merge(
    local.platform.job_arguments,
    { for name, value in local.environment : "--${name}" => value },
    {
      "--extra-py-files"         = local.package_uri
      "--custom-logGroup-prefix" = local.job_log_prefix
      "--snapshot_id"            = "current"
      "--HEADGATE_REGION"        = var.region # Glue does not pass its region to a job
    },
  )

  # Of the jobs that publish tables. A server or key that is not stated is not passed: Glue accepts no empty argument.
  lineage_key_secret = var.lineage_url == null ? null : var.lineage_key_secret
  lineage_arguments = { for name, value in {
    "--HEADGATE_LINEAGE_URL"        = var.lineage_url
    "--HEADGATE_LINEAGE_KEY_SECRET" = local.lineage_key_secret
  } : name => value if value != null }

  package_uri = "s3://${module.bucket["artifacts"].name}/${aws_s3_object.package.key}"

  # Every log that is written with data at hand; the card-data audit reads them.
  log_groups = sort(concat([for group in aws_cloudwatch_log_group.records : group.name], [
    module.raw_to_curated.log_group,
    module.start_pipeline.log_group,
    module.dry_run.log_group,
    aws_cloudwatch_log_group.api_access.name,
    aws_cloudwatch_log_group.curated_to_prod.name,
    aws_cloudwatch_log_group.jobs["output"].name,
    aws_cloudwatch_log_group.jobs["error"].name,
  ], [for function in module.api : function.log_group]))

  build_jobs = { for system in local.systems : "build_${replace(system, "-", "_")}" => system }

  models_system = "own-models" # headgate.project.MODELS_SYSTEM

  # The system whose table says where card data were searched; its job may list and read every zone.
  card_auditor = try(local.catalog.prod.pci_audit.system, "")

  # Further arguments of each system's job: options that are set and that its code names, and archives that its code asks for.
  own_arguments = {
    for system in local.systems : system => merge(
      system == local.card_auditor ? { "--HEADGATE_LOG_GROUPS" = jsonencode(local.log_groups) } : {},
      { for name, value in local.options : "--${name}" => tostring(value) if value != null && contains(local.packed_systems[system].options, name) },
      { for model in aws_s3_object.sentence_model : "--extra-py-files" => "${local.package_uri},s3://${model.bucket}/${model.key}" if contains(local.packed_systems[system].archives, "sentence_model") },
    )
  }

  # Only workers of these two types can be spare capacity. Source: AWS Glue developer guide, execution class.
  flex_workers = ["G.1X", "G.2X"]
  job_runtimes = {
    for job in concat(keys(local.jobs), [local.systems_job]) : job => merge(local.platform.job, {
      workers         = merge(local.platform.job.workers, { type = lookup(local.worker_types, job, local.platform.job.workers.type) })
      timeout         = lookup(local.job_timeouts, job, job == local.systems_job ? local.platform.systems_timeout : local.platform.job.timeout)
      execution_class = !contains(keys(local.worker_types), job) ? local.platform.job.execution_class : contains(local.flex_workers, local.worker_types[job]) ? var.job_execution_class : "STANDARD"
    })
  }
  worker_types = local.platform.job.workers.type == null ? {} : var.job_worker_types # an emulator has no workers
  job_timeouts = local.platform.job.workers.type == null ? {} : var.job_timeouts     # and reads seconds

  # Stated timeouts may make a run longer. Its jobs, each attempt to its end: all of them are looked at, those of systems at the same time.
  attempt_minutes = { for job in concat(["merge_curated", "quality_gate"], keys(local.build_jobs)) : job => local.job_runtimes[job].timeout * var.job_attempts }
  systems_minutes = local.has_systems_job ? local.job_runtimes[local.systems_job].timeout : 0
  is_longer       = length(local.job_timeouts) > 0
  run_timeout_s   = max(21600, local.is_longer ? 60 * (local.attempt_minutes.merge_curated + local.attempt_minutes.quality_gate + local.systems_minutes + max(0, [for job in keys(local.build_jobs) : local.attempt_minutes[job]]...)) : 0)
  # A look is nine events, and a run has 25,000 at most: four fifths of them are for looks.
  least_poll_s = local.is_longer ? ceil(60 * (sum(values(local.attempt_minutes)) + local.systems_minutes) * 9 / 20000) : 0

  # docs/adr/0084-a-system-reads-its-own-datasets.md
  systems_job = "build_systems"
  # The one job takes the roles of the others, which roles that were made before may not permit.
  systems_together = var.systems_in_one_job && length(var.existing_roles) == 0 && local.engine != "spark" ? [for job, system in local.build_jobs : system if !contains(keys(local.worker_types), job)] : []
  has_systems_job  = length(local.systems_together) > 1
  # docs/adr/0084-a-system-reads-its-own-datasets.md. A stage whose worker type is stated keeps its own job.
  run_stages        = ["merge_curated", "quality_gate"]
  has_run_job       = var.run_in_one_job && local.has_systems_job && length([for job in concat(local.run_stages, keys(local.build_jobs)) : job if contains(keys(local.worker_types), job)]) == 0
  stages_in_one_job = local.has_run_job ? local.run_stages : []

  # Its children run as the job of their system does: with the role and the arguments of that one.
  systems_job_arguments = merge(local.run_job_arguments, {
    "--extra-py-files"            = join(",", distinct(flatten([for job in keys(local.build_jobs) : split(",", lookup(local.jobs[job].arguments, "--extra-py-files", local.package_uri))])))
    "--HEADGATE_SYSTEM_ROLES"     = jsonencode({ for job, system in local.build_jobs : system => module.job[job].role_arn })
    "--HEADGATE_SYSTEM_ARGUMENTS" = jsonencode({ for job, system in local.build_jobs : system => merge({ for name, value in local.jobs[job].arguments : trimprefix(name, "--") => value if name != "--extra-py-files" }, local.child_arguments) })
  })
  child_arguments = { HEADGATE_DPUS = "0" } # the run that they are a part of has it
  run_job_arguments = { for name, value in {
    "--HEADGATE_STAGE_ROLES"     = { for job in local.stages_in_one_job : job => module.job[job].role_arn }
    "--HEADGATE_STAGE_ARGUMENTS" = { for job in local.stages_in_one_job : job => merge({ for name, value in local.jobs[job].arguments : trimprefix(name, "--") => value }, local.child_arguments) }
    "--HEADGATE_STAGE_SCRIPTS"   = { for job in local.stages_in_one_job : job => "code/jobs/${local.lake}-${job}.py" }
  } : name => jsonencode(value) if local.has_run_job }

  # A job that publishes tables of Hive starts their crawler; Iceberg's tables have none. docs/adr/0002-catalog-owned-by-publisher.md
  publish_arguments = {
    for key in concat(["curated"], [for system in local.systems : system]) : key => (
      var.iceberg ? { "--HEADGATE_ICEBERG" = "true" } : { "--HEADGATE_CRAWLER" = module.crawler[key].name }
    )
  }
  iceberg_folders = var.iceberg ? ["iceberg/*"] : []

  # An option that is not set takes the system's own default.
  options = { forecast_grain = var.forecast_grain, forecast_horizon = var.forecast_horizon, forecast_by = var.forecast_by, service_articles = var.service_articles, reviews_a_day = var.reviews_a_day, margin_share = var.margin_share }

  sentence_model_zip = "${local.build_dir}/sentence_model.zip"

  # One job per system: each has a role that can write its own bucket only, its own history of runs, and its own name in an alert.
  # One more job builds several systems in child processes, each with the role of its system's job; in a small lake it merges and checks before.
  jobs = merge(
    {
      merge_curated = {
        description = "Merges the increments into one snapshot, unique by key"
        script      = "merge_curated.py"
        policy      = data.aws_iam_policy_document.merge_curated.json
        arguments = merge(local.lineage_arguments, local.publish_arguments["curated"], {
          "--HEADGATE_ALERTS_TOPIC_ARN"   = aws_sns_topic.alerts.arn
          "--HEADGATE_SNAPSHOT_PART_ROWS" = tostring(var.snapshot_part_rows)
        })
      }
      quality_gate = {
        description = "Validates the snapshot against its contracts before any system reads it"
        script      = "quality_gate.py"
        policy      = data.aws_iam_policy_document.quality_gate.json
        arguments   = {}
      }
    },
    {
      for job, system in local.build_jobs : job => {
        description = "Builds, audits and publishes the tables of ${system}"
        script      = "build_system.py"
        policy      = data.aws_iam_policy_document.build_system[system].json
        arguments = merge(
          { "--system" = system },
          local.publish_arguments[system],
          local.engine_arguments,
          local.lineage_arguments,
          local.own_arguments[system],
        )
      }
    },
  )
}

resource "aws_cloudwatch_log_group" "jobs" {
  for_each = toset(["output", "error"])

  name              = "${local.job_log_prefix}/${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_s3_object" "package" {
  bucket      = module.bucket["artifacts"].name
  key         = "code/headgate.zip" # headgate.lake.keys.DEPLOYED_CODE
  source      = "${local.build_dir}/headgate.zip"
  source_hash = filemd5("${local.build_dir}/headgate.zip")
  metadata    = { deployment = local.deployment_id } # `headgate push` writes definitions for it
}

# What each job installs on AWS, by its script: wheels with the hashes of requirements/dev.lock, as scripts/packages/wheels.py built them.
# An emulator runs jobs with its own environment.
resource "aws_s3_object" "wheels" {
  for_each = local.platform.job_wheels ? toset(["audit_cards", "build_system", "curate_large", "export_mysql", "merge_curated", "quality_gate"]) : toset([])

  bucket      = module.bucket["artifacts"].name
  key         = "code/wheels/${each.key}.gluewheels.zip"
  source      = "${local.build_dir}/wheels/${each.key}.gluewheels.zip"
  source_hash = filemd5("${local.build_dir}/wheels/${each.key}.gluewheels.zip")
}

locals {
  # By script: no index is asked, so a job needs no internet and installs nothing that is not in its archive.
  wheel_arguments = {
    for script in ["audit_cards", "build_system", "curate_large", "export_mysql", "merge_curated", "quality_gate"] : script => {
      for name, value in {
        "--additional-python-modules"       = try("s3://${aws_s3_object.wheels[script].bucket}/${aws_s3_object.wheels[script].key}", "")
        "--python-modules-installer-option" = "--no-index"
      } : name => value if local.platform.job_wheels
    }
  }
}

# An archive for systems that ask for it. Its name ends in .zip, or PySpark would not put it on the path.
resource "aws_s3_object" "sentence_model" {
  for_each = toset(alltrue([
    coalesce(var.sentence_model, local.platform.sentence_model), fileexists(local.sentence_model_zip),
    contains(flatten([for system in local.systems : local.packed_systems[system].archives]), "sentence_model"),
  ]) ? ["sentence_model"] : [])

  bucket      = module.bucket["artifacts"].name
  key         = "code/sentence_model.zip"
  source      = local.sentence_model_zip
  source_hash = filemd5(local.sentence_model_zip)
}

data "aws_iam_policy_document" "use_key" {
  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.lake.arn]
  }
}

# Contracts and SQL models that were pushed to this deployment, contracts of datasets that people created, and which are in use.
data "aws_iam_policy_document" "read_definitions" {
  statement {
    sid     = "ReadDefinitions"
    actions = ["s3:GetObject"]
    resources = [
      "${module.bucket["artifacts"].arn}/${local.current_definitions}",
      "${module.bucket["artifacts"].arn}/definitions/versions/${local.deployment_id}/*", # headgate.lake.keys.definitions_key
      "${module.bucket["artifacts"].arn}/definitions/created/*",                         # headgate.lake.keys.created_contracts_key
    ]
  }

  # Without ListBucket S3 answers 403 instead of 404. The question for one object names no prefix.
  statement {
    sid       = "SeePushes"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["definitions/*"]
    }
  }
}

data "aws_iam_policy_document" "read_snapshots" {
  statement {
    sid       = "ReadSnapshots"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["curated"].arn}/snapshots/*"]
  }

  statement {
    sid       = "ListSnapshots"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["curated"].arn]
  }
}

locals {
  # The datasets that each system reads, from its package or its SQL, as scripts/packages/build.py found them: nothing is typed here.
  datasets_read = jsondecode(file("${local.build_dir}/reads.json"))

  # By system: the models that its code keeps or exports, its options, and the archives that its job needs.
  packed_systems = jsondecode(file("${local.build_dir}/systems.json"))

  # A system that learns reads the models of earlier runs; one that exports models for predictions only writes them.
  model_actions = {
    for system in local.systems : system => {
      for sid, actions in {
        KeepOwnModels = concat(contains(local.packed_systems[system].models, "learns") ? ["s3:GetObject"] : [], length(local.packed_systems[system].models) > 0 ? ["s3:PutObject"] : [])
      } : sid => actions if length(actions) > 0
    }
  }

  # Below snapshots/. Ids of snapshots have 16 digits. Below _lake/ also lie the records of parts, and lists of increments and of
  # missing parents, which no system reads.
  snapshots_read = {
    for system in local.systems : system => (
      length(local.datasets_read[system]) <= local.most_named ? concat(["_lake/current.json", "_lake/????????????????.json"], formatlist("%s/*", local.datasets_read[system]), formatlist("_lake/parts/%s/*", local.datasets_read[system])) : ["*"]
    )
  }
}

# docs/adr/0084-a-system-reads-its-own-datasets.md
data "aws_iam_policy_document" "read_own_datasets" {
  for_each = local.systems

  statement {
    sid       = "ReadOwnDatasets"
    actions   = ["s3:GetObject"]
    resources = [for path in local.snapshots_read[each.key] : "${module.bucket["curated"].arn}/snapshots/${path}"]
  }

  statement {
    sid       = "ListSnapshots"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["curated"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["snapshots/*"]
    }
  }
}

# Events of the job's run and of each table version that it publishes, in the folder of who publishes; a job reads and deletes none.
# Of a run that was killed the next run of the job knows by the object of the newest run. It is listed first: S3 answers 403 instead of
# 404 for an object that is not there.
# The key of the server that gets them, too, is read by the job itself: Terraform never sees it.
data "aws_iam_policy_document" "write_lineage" {
  for_each = setunion(local.systems, ["merge_curated"])

  # One statement for both, because a policy may have 6,144 characters.
  statement {
    sid     = "RecordOwnWork"
    actions = ["s3:PutObject"]
    resources = [
      "${module.bucket["artifacts"].arn}/openlineage/dt=*/${each.key}/*.json", # headgate.lake.keys.lineage_event_key
      "${module.bucket["artifacts"].arn}/runs/stages/*/${each.key}.json",      # headgate.lake.keys.stage_record_key
    ]
  }

  statement {
    sid       = "KeepNewestRun"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/runs/newest/${each.key}.json"] # headgate.lake.keys.newest_run_key
  }

  statement {
    sid       = "FindNewestRun"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]

    condition {
      test     = "StringEquals"
      variable = "s3:prefix"
      values   = ["runs/newest/${each.key}.json"]
    }
  }

  # Six characters follow the name in the ARN. Source: AWS Secrets Manager user guide, "What's in a secret".
  dynamic "statement" {
    for_each = local.lineage_key_secret == null ? [] : [local.lineage_key_secret]

    content {
      sid       = "ReadKeyOfLineageServer"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["arn:${local.partition}:secretsmanager:${var.region}:${local.account_id}:secret:${statement.value}-??????"]
    }
  }
}

data "aws_iam_policy_document" "merge_curated" {
  source_policy_documents = [
    data.aws_iam_policy_document.use_key.json,
    data.aws_iam_policy_document.read_definitions.json,
    data.aws_iam_policy_document.keep_audit_ledger.json,
    data.aws_iam_policy_document.read_snapshots.json,
    data.aws_iam_policy_document.write_lineage["merge_curated"].json,
  ]

  statement {
    sid       = "ReadIncrements"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["curated"].arn}/increments/*"]
  }

  # Those that are labels become a dataset of the snapshot, which systems read as any other. docs/adr/0143-decisions-as-labels.md
  statement {
    sid       = "ReadDecisions"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["curated"].arn}/decisions/*"]
  }

  # Without ListBucket S3 answers 403 instead of 404. The full audit and the system with pci_audit may list every zone.
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

  # References of parts that did not change are read by ranges of bytes, all from one version.
  statement {
    sid       = "ReadPartsByVersion"
    actions   = ["s3:GetObjectVersion"]
    resources = ["${module.bucket["curated"].arn}/snapshots/*"]
  }

  statement {
    sid       = "WriteSnapshots"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]
    resources = concat(["${module.bucket["curated"].arn}/snapshots/*"], [for folder in local.iceberg_folders : "${module.bucket["curated"].arn}/${folder}"])
  }

  # A snapshot that was replaced leaves no old version: any run can build it again from the increments.
  statement {
    sid       = "DeleteReplacedSnapshots"
    actions   = ["s3:DeleteObjectVersion"]
    resources = ["${module.bucket["curated"].arn}/snapshots/*"]
  }

  # Refused rows of a file that was corrected since are marked as settled, in quarantine and in the file's record.
  statement {
    sid       = "MarkSettledRows"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["quarantine"].arn}/rows/*"]
  }

  statement {
    sid       = "KnowWhichRowsThereAre"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["quarantine"].arn]
  }

  statement {
    sid       = "SettleFiles"
    actions   = ["dynamodb:Scan", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    resources = [aws_dynamodb_table.files.arn]
  }

  dynamic "statement" {
    for_each = [for key, crawler in module.crawler : crawler.arn if key == "curated"]

    content {
      sid       = "CrawlChangedTables"
      actions   = ["glue:StartCrawler"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = local.iceberg_folders

    content {
      sid       = "ReadIcebergMetadata"
      actions   = ["s3:GetObject"]
      resources = ["${module.bucket["curated"].arn}/${statement.value}"]
    }
  }

  # Terraform makes the tables of the contracts that it deploys, and the merge those of datasets that are newer; it drops
  # the tables of datasets that people removed.
  statement {
    sid       = "MakeAndMoveCuratedTables"
    actions   = ["glue:GetTable", "glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"]
    resources = [local.catalog_arn, local.database_arns["curated"], local.every_table_arns["curated"]]
  }
}

data "aws_iam_policy_document" "quality_gate" {
  source_policy_documents = [
    data.aws_iam_policy_document.use_key.json,
    data.aws_iam_policy_document.read_definitions.json,
    data.aws_iam_policy_document.read_snapshots.json,
  ]

  statement {
    sid       = "WriteDataDocs"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/data_docs/*"]
  }

  statement {
    sid       = "RecordOwnStage"
    actions   = ["s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/runs/stages/*/quality_gate.json"]
  }

  # The index over all checks of a run lists what other jobs of the run have written.
  statement {
    sid       = "ListDataDocs"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["data_docs/*", "${local.unchanged_prefix}*"]
    }
  }

  # It compares what each system's tables were built from with the snapshot, and marks the systems that need no build.
  statement {
    sid       = "MarkUnchangedSystems"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = ["${module.bucket["artifacts"].arn}/${local.unchanged_prefix}*"]
  }

  dynamic "statement" {
    for_each = length(local.systems) > 0 ? ["prod"] : []

    content {
      sid       = "LookAtProdTables"
      actions   = ["glue:GetTable"]
      resources = [local.catalog_arn, local.database_arns["prod"], local.every_table_arns["prod"]]
    }
  }

  dynamic "statement" {
    for_each = length(local.systems) > 0 ? ["prod"] : []

    content {
      sid       = "SeeThatProdRowsAreThere"
      actions   = ["s3:ListBucket"]
      resources = [for system in local.systems : module.bucket[system].arn]
    }
  }
}

# The card-data audit reads everything behind the gate.
data "aws_iam_policy_document" "audit_everything" {
  statement {
    sid     = "ReadEverythingBehindTheGate"
    actions = ["s3:GetObject"]
    resources = concat(
      ["${module.bucket["curated"].arn}/*", "${module.bucket["quarantine"].arn}/*"],
      ["${module.bucket["artifacts"].arn}/processed/*", "${module.bucket["athena_results"].arn}/*"],
      [for system in local.systems : "${module.bucket[system].arn}/*"],
    )
  }

  statement {
    sid     = "ListEverythingBehindTheGate"
    actions = ["s3:ListBucket"]
    resources = concat(
      [for zone in ["curated", "quarantine", "artifacts", "athena_results"] : module.bucket[zone].arn],
      [for system in local.systems : module.bucket[system].arn],
    )
  }

  statement {
    sid       = "ReadFileRecords"
    actions   = ["dynamodb:Scan"]
    resources = [aws_dynamodb_table.files.arn]
  }

  statement {
    sid       = "ReadLogs"
    actions   = ["logs:FilterLogEvents"]
    resources = distinct([for group in local.log_groups : "arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:${replace(group, "/${local.lake}.*/", "${local.lake}*")}:*"])
  }
}

data "aws_iam_policy_document" "build_system" {
  for_each = local.systems

  source_policy_documents = concat(
    [data.aws_iam_policy_document.use_key.json, data.aws_iam_policy_document.read_definitions.json, data.aws_iam_policy_document.read_own_datasets[each.key].json, data.aws_iam_policy_document.write_lineage[each.key].json],
    each.key == local.card_auditor ? [data.aws_iam_policy_document.audit_everything.json, data.aws_iam_policy_document.keep_audit_ledger.json] : [],
    local.engine == "athena" ? [data.aws_iam_policy_document.ask_athena[each.key].json] : [],
  )

  # Parts of tables that did not change are copied.
  statement {
    sid       = "WriteOwnTables"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"]
    resources = [for folder in concat(["tables/*", "facts/*"], local.iceberg_folders) : "${module.bucket[each.key].arn}/${folder}"]
  }

  statement {
    sid       = "DeleteReplacedTables" # as replaced snapshots, they leave no old version
    actions   = ["s3:DeleteObjectVersion"]
    resources = ["${module.bucket[each.key].arn}/tables/*"]
  }

  # The audit of the system with pci_audit may list every zone.
  dynamic "statement" {
    for_each = each.key == local.card_auditor ? [] : [each.key]

    content {
      sid       = "ListOwnTables"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket[statement.value].arn]
    }
  }

  statement {
    sid       = "WriteDataDocs"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/data_docs/*"]
  }

  dynamic "statement" {
    for_each = local.model_actions[each.key]

    content {
      sid       = statement.key
      actions   = statement.value
      resources = ["${module.bucket["artifacts"].arn}/models/${each.key}/*"]
    }
  }

  dynamic "statement" {
    for_each = each.key == local.card_auditor ? [] : [each.key]

    content {
      sid       = "ListOwnModelsAndDataDocs"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket["artifacts"].arn]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = concat(local.model_actions[statement.value] == {} ? [] : ["models/${statement.value}/*"], ["data_docs/*"])
      }
    }
  }

  dynamic "statement" {
    for_each = [for key, crawler in module.crawler : crawler.arn if key == each.key]

    content {
      sid       = "CrawlChangedTables"
      actions   = ["glue:StartCrawler"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "MoveOwnTables"
    actions   = ["glue:GetTable", "glue:UpdateTable"]
    resources = concat([local.catalog_arn, local.database_arns["prod"]], local.own_table_arns[each.key])
  }
}

# It reads no dataset and writes no table: only its children do, with the roles of their systems.
data "aws_iam_policy_document" "build_systems" {
  source_policy_documents = [data.aws_iam_policy_document.use_key.json, data.aws_iam_policy_document.read_definitions.json]

  statement {
    sid       = "SeeSizeOfSnapshot"
    actions   = ["s3:GetObject"]
    resources = [for path in ["current.json", "????????????????.json"] : "${module.bucket["curated"].arn}/snapshots/_lake/${path}"]
  }

  statement {
    sid       = "MarkBuiltSystems"
    actions   = ["s3:PutObject"]
    resources = ["${module.bucket["artifacts"].arn}/${local.unchanged_prefix}built/*"]
  }

  # Before the first merge there is no snapshot: without ListBucket S3 answers 403 instead of 404. The question names no prefix, so the names of all objects of curated may be listed, and nothing is read.
  dynamic "statement" {
    for_each = local.has_run_job ? ["snapshots/_lake/"] : []

    content {
      sid       = "SeeWhetherThereIsASnapshot"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket["curated"].arn]

      condition {
        test     = "StringLikeIfExists"
        variable = "s3:prefix"
        values   = ["${statement.value}*"]
      }
    }
  }

  dynamic "statement" {
    for_each = local.has_run_job ? [local.unchanged_prefix] : []

    content {
      sid       = "SeeUnchangedSystems"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket["artifacts"].arn]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["${statement.value}*"]
      }
    }
  }

  statement {
    sid       = "TakeRolesOfStages"
    actions   = ["sts:AssumeRole"]
    resources = concat([for job, system in local.build_jobs : module.job[job].role_arn if contains(local.systems_together, system)], [for job in local.stages_in_one_job : module.job[job].role_arn])
  }
}

module "build_systems" {
  source = "./modules/glue_job"
  count  = local.has_systems_job ? 1 : 0

  role_settings = local.role_settings
  account_id    = local.account_id

  name             = "${local.lake}-${local.systems_job}"
  description      = "Builds several systems side by side, each with the role of its own job"
  script           = "${local.build_dir}/jobs/build_system.py"
  artifacts_bucket = module.bucket["artifacts"].name
  arguments        = merge(local.job_arguments, local.wheel_arguments["build_system"], local.engine_arguments, local.systems_job_arguments)
  policy_json      = data.aws_iam_policy_document.build_systems.json
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime          = local.job_runtimes[local.systems_job]
}

module "job" {
  source   = "./modules/glue_job"
  for_each = local.jobs

  role_settings = local.role_settings
  account_id    = local.account_id

  name             = "${local.lake}-${each.key}"
  description      = each.value.description
  script           = "${local.build_dir}/jobs/${each.value.script}"
  artifacts_bucket = module.bucket["artifacts"].name
  arguments        = merge(local.job_arguments, local.wheel_arguments[trimsuffix(each.value.script, ".py")], each.value.arguments)
  policy_json      = each.value.policy
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime          = local.job_runtimes[each.key]
  assumed_by       = local.has_systems_job && (contains(local.systems_together, lookup(local.build_jobs, each.key, "")) || contains(local.stages_in_one_job, each.key)) ? [module.build_systems[0].principal_arn] : []
}

# Whoever reads the answers of others reads the rows in them, so analysts have a place of their own.
locals {
  workgroups = merge(
    { lake = { name = local.lake, answers = "results" } },
    { for role in keys(local.people) : "analysts" => { name = "${local.lake}-analysts", answers = "analysts" } if role == "analyst" },
  )
}

resource "aws_athena_workgroup" "this" {
  for_each = local.workgroups

  name          = each.value.name
  description   = "SQL over curated and prod"
  force_destroy = local.force_destroy

  configuration {
    bytes_scanned_cutoff_per_query     = var.scan_limit_gb * 1024 * 1024 * 1024
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${module.bucket["athena_results"].name}/${each.value.answers}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = aws_kms_key.lake.arn
      }
    }
  }
}

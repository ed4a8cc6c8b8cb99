# The HTTP API (docs/use/api.md): people come with a Cognito token, machines sign with IAM below /machine. One archive, several functions:
# each has a role that fits what its routes do.
locals {
  api_name    = "${local.lake}-api"
  staging_arn = module.bucket["staging"].arn

  # Their names as the jobs' modules make them. The modules' outputs would be a cycle: the card auditor's job reads the API's log groups.
  api_job_names = merge({ for key in concat(["merge_curated", "quality_gate", "curate_large", "audit_cards"], keys(local.build_jobs), local.has_systems_job ? [local.systems_job] : []) : key => "${local.lake}-${key}" }, local.export_names)
  # Tables that the predictions of a domain read.
  answering = [for table in local.tables : table if try(table.predictions, false)]

  # Paths by the function that answers them. API Gateway takes the most specific one.
  api_paths = merge(
    {
      "/v1/{proxy+}"         = "lake"
      "/v1/queries"          = "queries"
      "/v1/queries/{proxy+}" = "queries"
      # A mail that is shown or sent now asks its statements.
      "/v1/mails/{proxy+}"         = "queries"
      "/v1/files/{file_id}/revert" = "revert"
      # Rows of a snapshot, which the role of SQL may read and that of the lake may not.
      "/v1/datasets/{dataset}/profile"      = "queries"
      "/v1/datasets/{dataset}/row-versions" = "queries"
      "/v1/predictions/{proxy+}"            = "predictions"
      # Figures of a card are in the tables of its system, which the role of SQL may read and that of the lake may not.
      "/v1/model-cards/{proxy+}" = "queries"
    },
    { for system in local.systems : "/v1/systems/${system}/{proxy+}" => "tables_${system}" },
  )
  # Removing a dataset reverts its files; looking at what goes needs the rights of the lake.
  api_removal = { for method in ["POST", "DELETE"] : "${method} /v1/datasets/{dataset}/removal" => "revert" }

  # Methods are named, because a route for any method would catch the browser's preflight, which carries no token.
  api_routes = merge(concat([
    for method in ["GET", "POST", "PUT", "DELETE"] : merge(
      { for path, function in local.api_paths : "${method} ${path}" => { function = function, authorization = "JWT" } },
      { for path, function in local.api_paths : "${method} /machine${path}" => { function = function, authorization = "AWS_IAM" } },
    )
    ], [
    { for route, function in local.api_removal : route => { function = function, authorization = "JWT" } },
    { for route, function in local.api_removal : replace(route, " /", " /machine/") => { function = function, authorization = "AWS_IAM" } },
  ])...)

  api_environment = merge(local.environment, {
    HEADGATE_CALLERS_TABLE       = aws_dynamodb_table.callers.name
    HEADGATE_REQUESTS_PER_MINUTE = tostring(var.caller_requests_per_minute)
    HEADGATE_STATE_MACHINE_ARN   = local.machine_arns["curated_to_prod"]
    HEADGATE_DRY_RUN_FUNCTION    = module.dry_run.name
    HEADGATE_SCAN_LIMIT_GB       = tostring(var.scan_limit_gb)
    HEADGATE_JOB_NAMES           = jsonencode(local.api_job_names)
    HEADGATE_JOB_LOG_PREFIX      = local.job_log_prefix
    HEADGATE_LOG_KEPT_DAYS       = tostring(var.log_retention_days)
    HEADGATE_MAILS_TOPIC_ARN     = aws_sns_topic.mails.arn
    HEADGATE_CONSOLE_URL         = local.console_url
    HEADGATE_USER_POOL           = aws_cognito_user_pool.this.id
    HEADGATE_TAKES_PEOPLE        = local.takes_people
  })
  api_functions = merge(
    {
      lake        = { suffix = "", work = "uploads, files, runs, contracts, lineage", policy = data.aws_iam_policy_document.api }
      queries     = { suffix = "-queries", work = "SQL that reads", policy = data.aws_iam_policy_document.api_queries }
      predictions = { suffix = "-predictions", work = "predictions by the exported models", policy = data.aws_iam_policy_document.api_predictions }
      revert      = { suffix = "-revert", work = "undo of uploads, removal of datasets", policy = data.aws_iam_policy_document.api_revert }
    },
    { for system in local.systems : "tables_${system}" => { suffix = "-${system}", work = "tables of ${system}", policy = data.aws_iam_policy_document.api_tables[system] } },
  )
}

module "api" {
  source   = "./modules/function"
  for_each = local.api_functions

  name               = "${local.api_name}${each.value.suffix}"
  description        = "Answers the HTTP API: ${each.value.work}"
  code               = local.function_code.api
  memory_mb          = 1769 # one vCPU: a cold start is processor time
  timeout_s          = 29   # API Gateway waits for 30 s
  layers             = concat(values(local.layer_arns), local.traces_layer_arns)
  environment        = merge(local.api_environment, local.traces_environment)
  policy_json        = each.value.policy.json
  log_retention_days = var.log_retention_days
  role_settings      = local.role_settings
  account_id         = local.account_id
}

# Uploads wait here for their commit. Nothing reads them but the dry run.
resource "aws_s3_bucket_cors_configuration" "staging" {
  bucket = module.bucket["staging"].name

  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = local.bucket_origins
    allowed_headers = ["content-type"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_cors_configuration" "downloads" {
  bucket = module.bucket["athena_results"].name

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.bucket_origins
    allowed_headers = ["*"]
    max_age_seconds = 3600
  }
}

# Requests by caller and minute: a limit for each caller, which HTTP APIs do not have. Counts are worth nothing after a minute.
resource "aws_dynamodb_table" "callers" {
  name         = "${local.lake}-callers"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "caller_minute"

  attribute {
    name = "caller_minute"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.lake.arn
  }
}

data "aws_iam_policy_document" "serve_callers" {
  statement {
    sid       = "CountRequests"
    actions   = ["dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.callers.arn]
  }
}

# An access token names a person by an id of the pool; people know the address. Predictions name nobody.
data "aws_iam_policy_document" "name_people" {
  statement {
    sid       = "NamePeople"
    actions   = ["cognito-idp:AdminGetUser"]
    resources = [aws_cognito_user_pool.this.arn]
  }
}

# What every function of the API may do.
data "aws_iam_policy_document" "api_function" {
  source_policy_documents = [data.aws_iam_policy_document.use_key.json, data.aws_iam_policy_document.serve_callers.json, data.aws_iam_policy_document.read_definitions.json]
}

data "aws_iam_policy_document" "api" {
  source_policy_documents = [data.aws_iam_policy_document.api_function.json, data.aws_iam_policy_document.name_people.json, data.aws_iam_policy_document.write_originals_key.json]

  statement {
    sid       = "ListFiles"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"]
    resources = [aws_dynamodb_table.files.arn, "${aws_dynamodb_table.files.arn}/index/by_received_at"]
  }

  statement {
    sid       = "KeepUploads"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["${local.staging_arn}/uploads/*"]
  }

  # Commits, corrected rows, and files whose mapping was decided.
  statement {
    sid       = "PutFilesIntoRaw"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["${module.bucket["raw"].arn}/*"]
  }

  statement {
    sid       = "ReadRejectedRows"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["quarantine"].arn}/rows/*"]
  }

  statement {
    sid       = "ReadManifests"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["curated"].arn}/snapshots/_lake/*"]
  }

  # Why a run could not merge a dataset.
  statement {
    sid       = "ReadEventsOfMerges"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/openlineage/dt=*/merge_curated/*.json"]
  }

  # When the jobs of a run began and ended, and how much they worked; and profiles of files.
  statement {
    sid       = "ReadStagesAndProfiles"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["runs/stages", "processed"] : "${module.bucket["artifacts"].arn}/${folder}/*"]
  }

  statement {
    sid     = "RememberDecisions"
    actions = ["s3:GetObject", "s3:PutObject"]
    resources = concat(
      [for folder in ["mappings", "edits", "contract_drafts", "corrections", "uploaders", "questions", "dashboards", "mails"] : "${module.bucket["artifacts"].arn}/${folder}/*"],
      [for folder in ["decisions", "annotations"] : "${module.bucket["curated"].arn}/${folder}/*"],
    )
  }

  # Datasets that people create. The function adds contracts and points at them; it writes no version of the pushed definitions.
  statement {
    sid       = "CreateDatasets"
    actions   = ["s3:PutObject"]
    resources = [for name in [local.current_definitions, "definitions/created/*"] : "${module.bucket["artifacts"].arn}/${name}"]
  }

  # Without it S3 answers 403 where 404 is true.
  statement {
    sid       = "KnowWhatIsThere"
    actions   = ["s3:ListBucket"]
    resources = [for zone in ["staging", "raw", "quarantine", "curated", "artifacts"] : module.bucket[zone].arn]
  }

  statement {
    sid       = "SeeTableVersions"
    actions   = ["glue:GetTable"]
    resources = concat([local.catalog_arn], values(local.database_arns), values(local.every_table_arns))
  }

  statement {
    sid       = "SeeAndStartRuns"
    actions   = ["states:ListExecutions", "states:StartExecution"]
    resources = [local.machine_arns["curated_to_prod"]]
  }

  statement {
    sid       = "SeeStagesOfRuns"
    actions   = ["states:DescribeExecution", "states:GetExecutionHistory"]
    resources = ["${replace(local.machine_arns["curated_to_prod"], ":stateMachine:", ":execution:")}:*"]
  }

  statement {
    sid       = "SeeJobRuns"
    actions   = ["glue:GetJobRuns"]
    resources = [for name in values(local.api_job_names) : "${replace(local.catalog_arn, ":catalog", ":job")}/${name}"]
  }

  # The last lines of a run's jobs, which are in streams of their own.
  statement {
    sid       = "ReadLogs"
    actions   = ["logs:GetLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.jobs : "${group.arn}:*"]
  }

  statement {
    sid       = "SubscribeAddresses"
    actions   = ["sns:Subscribe"]
    resources = [aws_sns_topic.mails.arn]
  }

  statement {
    sid       = "StartDryRuns"
    actions   = ["lambda:InvokeFunction"]
    resources = [module.dry_run.arn]
  }
}

data "aws_iam_policy_document" "api_queries" {
  source_policy_documents = [data.aws_iam_policy_document.api_function.json, data.aws_iam_policy_document.name_people.json, data.aws_iam_policy_document.ask_lake.json]

  # The profile of a dataset counts the accepted rows that no run has merged yet, and those of them that change nothing: the sender's
  # note has what the check before the commit counted.
  statement {
    sid       = "CountPendingRows"
    actions   = ["dynamodb:Query"]
    resources = ["${aws_dynamodb_table.files.arn}/index/by_received_at"]
  }

  # The versions of a row are in the accepted rows of the files that had it.
  statement {
    sid       = "ReadChecksOfPendingFiles"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/uploaders/*", "${module.bucket["curated"].arn}/increments/*"]
  }

  # A person sends a mail to the own address now, with the panels of any dashboard.
  statement {
    sid       = "SendMails"
    actions   = ["sns:Subscribe", "sns:Publish"]
    resources = [aws_sns_topic.mails.arn]
  }

  # A mail shows written dashboards, and the saved questions of a person's own dashboard. Records of kept models are in model cards; models
  # themselves stay unread.
  statement {
    sid       = "ReadDashboardsAndRecordsOfModels"
    actions   = ["s3:GetObject"]
    resources = [for objects in ["dashboards/*", "questions/*", "models/*/days/*/card.json"] : "${module.bucket["artifacts"].arn}/${objects}"]
  }

  # The newest record of a model is that of the last day in its folder.
  statement {
    sid       = "ListRecordsOfModels"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["models/*/days/*"]
    }
  }
}

# SQL over the whole lake: for the API's function and for the report.
data "aws_iam_policy_document" "ask_lake" {
  statement {
    sid       = "AskAthena"
    actions   = ["athena:StartQueryExecution"]
    resources = [aws_athena_workgroup.this["lake"].arn]
  }

  statement {
    sid       = "FollowQueries"
    actions   = ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetQueryRuntimeStatistics", "athena:StopQueryExecution"]
    resources = [local.followed_queries["lake"]]
  }

  statement {
    sid       = "ReadCatalog"
    actions   = local.ask_catalog
    resources = local.asked_catalog_arns
  }

  statement {
    sid     = "ReadTables"
    actions = ["s3:GetObject"]
    resources = concat(
      ["${module.bucket["quarantine"].arn}/rows/*"],
      [for folder in ["snapshots", "decisions", "annotations"] : "${module.bucket["curated"].arn}/${folder}/*"],
      [for system in local.systems : "${module.bucket[system].arn}/tables/*"],
      local.iceberg_objects,
    )
  }

  statement {
    sid       = "KeepAnswers"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${module.bucket["athena_results"].arn}/results/*"]
  }

  statement {
    sid     = "ListTables"
    actions = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = concat(
      [for zone in ["curated", "quarantine", "athena_results"] : module.bucket[zone].arn],
      [for system in local.systems : module.bucket[system].arn],
    )
  }
}

# Predictions need the exported models and the forecast's table, and write nothing.
data "aws_iam_policy_document" "api_predictions" {
  source_policy_documents = [data.aws_iam_policy_document.api_function.json]

  # One statement: a lake without such tables would give one of its own no resource, which IAM refuses.
  statement {
    sid     = "ReadExportedModelsAndForecasts"
    actions = ["s3:GetObject"]
    resources = concat(
      ["${module.bucket["artifacts"].arn}/models/*/scorer.npz"],
      [for table in local.answering : "${module.bucket[table.system].arn}/tables/${table.name}/*"],
    )
  }

  # Without it S3 answers 403 where 404 is true.
  statement {
    sid       = "KnowWhatIsThere"
    actions   = ["s3:ListBucket"]
    resources = concat([module.bucket["artifacts"].arn], distinct([for table in local.answering : module.bucket[table.system].arn]))
  }

  statement {
    sid       = "SeeForecastVersion"
    actions   = ["glue:GetTable"]
    resources = concat([local.catalog_arn, local.database_arns["prod"]], [for table in local.answering : local.table_arns["${table.database}.${table.name}"]])
  }
}

# One function per system, which can read the tables of this system and of no other.
data "aws_iam_policy_document" "api_tables" {
  for_each = local.systems

  source_policy_documents = [data.aws_iam_policy_document.api_function.json, data.aws_iam_policy_document.name_people.json]

  statement {
    sid       = "ReadOwnTables"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket[each.key].arn}/tables/*"]
  }

  statement {
    sid       = "ListOwnTables"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket[each.key].arn]
  }

  statement {
    sid       = "SeeOwnTableVersions"
    actions   = ["glue:GetTable"]
    resources = concat([local.catalog_arn, local.database_arns["prod"]], local.own_table_arns[each.key])
  }

  statement {
    sid       = "WriteOwnDownloads"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["athena_results"].arn}/downloads/${each.key}/*"]
  }
}

# A revert deletes rows that the gate wrote, and lets the gate accept a duplicate instead.
data "aws_iam_policy_document" "api_revert" {
  source_policy_documents = [data.aws_iam_policy_document.gate.json, data.aws_iam_policy_document.serve_callers.json, data.aws_iam_policy_document.name_people.json]

  statement {
    sid       = "DeleteRowsOfReverted"
    actions   = ["s3:DeleteObject"]
    resources = ["${module.bucket["curated"].arn}/increments/*", "${module.bucket["quarantine"].arn}/rows/*"]
  }

  statement {
    sid       = "ReadRowsOfReverted"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["curated"].arn}/increments/*", "${module.bucket["quarantine"].arn}/rows/*"]
  }

  statement {
    sid       = "FindRowsOfReverted"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["curated"].arn, module.bucket["quarantine"].arn]
  }

  # Whoever sent a file may undo it.
  statement {
    sid       = "ReadUploaders"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/uploaders/*"]
  }

  # A removal takes the contract of a dataset out of use, and puts it back.
  statement {
    sid       = "RemoveDatasets"
    actions   = ["s3:PutObject"]
    resources = [for name in [local.current_definitions, "definitions/created/*"] : "${module.bucket["artifacts"].arn}/${name}"]
  }

  statement {
    sid       = "ReadCreatedContracts"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/contract_drafts/*"]
  }

  statement {
    sid       = "ForgetOldestRemovals"
    actions   = ["s3:DeleteObject"]
    resources = ["${module.bucket["artifacts"].arn}/contract_drafts/*"]
  }

  statement {
    sid       = "FindSameContent"
    actions   = ["dynamodb:Scan"]
    resources = [aws_dynamodb_table.files.arn]
  }
}

# The gate on an upload, or on a file of raw with a mapping. It has no permission that would leave a trace: no ledger, no curated,
# no quarantine, no alert.
data "aws_iam_policy_document" "dry_run" {
  source_policy_documents = [data.aws_iam_policy_document.use_key.json, data.aws_iam_policy_document.keep_failed_calls.json, data.aws_iam_policy_document.read_definitions.json, data.aws_iam_policy_document.write_originals_key.json]

  statement {
    sid       = "ReadUploads"
    actions   = ["s3:GetObject"]
    resources = ["${local.staging_arn}/uploads/*"]
  }

  statement {
    sid       = "ReadOriginals"
    actions   = ["s3:GetObjectVersion"] # a file in raw is checked by its version
    resources = ["${module.bucket["raw"].arn}/*"]
  }

  statement {
    sid       = "WriteResult"
    actions   = ["s3:PutObject"]
    resources = [for name in ["dry_run.json", "edited", "rows.arrow", "flawed.arrow"] : "${local.staging_arn}/uploads/*/${name}"]
  }

  statement {
    sid       = "ReadMappingsAndProfiles"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["mappings", "edits", "processed"] : "${module.bucket["artifacts"].arn}/${folder}/*"]
  }

  # The rows of the lake that a file replaces: of the newest run, and those that came since.
  statement {
    sid       = "ReadLakeRows"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["snapshots", "increments"] : "${module.bucket["curated"].arn}/${folder}/*"]
  }

  # Without it S3 answers 403 where 404 is true.
  statement {
    sid       = "KnowWhatIsThere"
    actions   = ["s3:ListBucket"]
    resources = [local.staging_arn, module.bucket["raw"].arn, module.bucket["artifacts"].arn, module.bucket["curated"].arn]
  }

  statement {
    sid       = "ReadMaskingKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.masking_key.arn]
  }
}

module "dry_run" {
  source = "./modules/function"

  name               = "${local.lake}-dry_run"
  description        = "Checks an upload or a mapping with the gate, without a trace in the lake"
  code               = local.function_code.dry_run
  memory_mb          = var.gate_memory_mb
  disk_mb            = local.gate_disk_mb
  timeout_s          = 900
  layers             = [for name, arn in local.layer_arns : arn if name != "api"]
  policy_json        = data.aws_iam_policy_document.dry_run.json
  log_retention_days = var.log_retention_days
  role_settings      = local.role_settings
  account_id         = local.account_id

  environment = merge(local.environment, {
    HEADGATE_MEMORY_MB    = tostring(var.gate_memory_mb)
    HEADGATE_DISK_MB      = tostring(local.gate_disk_mb)
    HEADGATE_TAKES_PEOPLE = local.takes_people
  })
}

# People: a user pool with three groups, each of which includes the one before.
locals {
  second_factor = coalesce(var.second_factor, local.platform.second_factor)

  # Where a provider's statements about a person go. Source: Cognito developer guide, "Specifying identity provider attribute mappings".
  sign_in_details = {
    SAML = { MetadataURL = try(var.sign_in_provider.metadata_url, null) }
    OIDC = {
      oidc_issuer               = try(var.sign_in_provider.issuer, null)
      client_id                 = try(var.sign_in_provider.client_id, null)
      client_secret             = var.sign_in_secret
      authorize_scopes          = "openid email"
      attributes_request_method = "GET"
    }
  }
  sign_in_attributes = {
    SAML = { email = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", email_verified = "email_verified" }
    OIDC = { email = "email", email_verified = "email_verified", username = "sub" }
  }
}

resource "aws_cognito_user_pool" "this" {
  name                     = local.lake
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  deletion_protection      = local.force_destroy ? "INACTIVE" : "ACTIVE"
  mfa_configuration        = { required = "ON", optional = "OPTIONAL", off = "OFF" }[local.second_factor]

  dynamic "software_token_mfa_configuration" {
    for_each = local.second_factor == "off" ? [] : ["app"]

    content {
      enabled = true
    }
  }

  # A person who types another address keeps the old one until the new mailbox has answered (docs/adr/0070).
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = false
    temporary_password_validity_days = 7
  }
}

resource "aws_cognito_user_group" "this" {
  for_each = {
    viewer          = "Reads files, runs, tables and answers"
    uploader        = "Also uploads, corrects rows and decides mappings"
    operator        = "Also starts runs, reverts files and sees personal data"
    "personal-data" = "Sees columns about people, beside viewer or uploader"
  }

  name         = each.key
  description  = each.value
  user_pool_id = aws_cognito_user_pool.this.id
}

# People of a company sign in at its own provider. They have no group until an operator adds them to one.
resource "aws_cognito_identity_provider" "company" {
  for_each = var.sign_in_provider == null ? toset([]) : toset([var.sign_in_provider.type])

  user_pool_id      = aws_cognito_user_pool.this.id
  provider_name     = var.sign_in_provider.name
  provider_type     = each.key
  provider_details  = { for name, value in local.sign_in_details[each.key] : name => value if value != null }
  attribute_mapping = local.sign_in_attributes[each.key]
}

resource "aws_cognito_user_pool_client" "console" {
  name                                 = "console"
  user_pool_id                         = aws_cognito_user_pool.this.id
  generate_secret                      = false
  prevent_user_existence_errors        = "ENABLED"
  explicit_auth_flows                  = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  access_token_validity                = 60
  id_token_validity                    = 60
  refresh_token_validity               = 12
  callback_urls                        = [for origin in local.console_origins : "${origin}/"]
  logout_urls                          = [for origin in local.console_origins : "${origin}/"]
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_scopes                 = ["openid", "email", "aws.cognito.signin.user.admin"]
  supported_identity_providers         = concat(["COGNITO"], [for provider in aws_cognito_identity_provider.company : provider.provider_name])

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }
}

resource "aws_cognito_user_pool_domain" "this" {
  domain       = "${local.lake}-${substr(sha1("${local.account_id}${var.region}"), 0, 8)}"
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_apigatewayv2_api" "this" {
  name          = local.lake
  description   = "The lake over HTTP (docs/use/api.md)"
  protocol_type = "HTTP"

  cors_configuration {
    allow_origins  = local.console_origins
    allow_methods  = ["GET", "POST", "PUT", "DELETE"]
    allow_headers  = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]
    expose_headers = ["etag", "retry-after"]
    max_age        = 3600
  }
}

resource "aws_apigatewayv2_authorizer" "people" {
  api_id           = aws_apigatewayv2_api.this.id
  name             = "people"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    audience = [aws_cognito_user_pool_client.console.id]
    issuer   = "https://${aws_cognito_user_pool.this.endpoint}"
  }

  # JWT authorizers have no payload format. The emulator reports its default all the same, and every plan would remove it.
  lifecycle {
    ignore_changes = [authorizer_payload_format_version]
  }
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = module.api

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_lambda_permission" "api" {
  for_each = module.api

  statement_id  = "AnswerTheApi"
  action        = "lambda:InvokeFunction"
  function_name = each.value.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.api_routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[each.value.function].id}"
  authorization_type = each.value.authorization
  authorizer_id      = each.value.authorization == "JWT" ? aws_apigatewayv2_authorizer.people.id : null
}

resource "aws_cloudwatch_log_group" "api_access" {
  name              = "/aws/apigateway/${local.lake}"
  retention_in_days = var.log_retention_days
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.api_requests_per_s
    throttling_burst_limit = 2 * var.api_requests_per_s
  }

  # Route keys, not paths: a path may hold what somebody typed.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api_access.arn
    format = jsonencode({
      request = "$context.requestId"
      at      = "$context.requestTime"
      route   = "$context.routeKey"
      status  = "$context.status"
      bytes   = "$context.responseLength"
      ms      = "$context.responseLatency"
      error   = "$context.error.message"
      user    = "$context.authorizer.claims.sub"
    })
  }
}

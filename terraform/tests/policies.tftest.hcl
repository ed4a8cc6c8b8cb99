# Who may do what: the roles of functions, jobs and people, and the record of who read what. Policies are data here, so their
# statements are read as they stand in the files.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mocked" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mocked" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:headgate-alerts" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:123456789012:mocked" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-east-1:123456789012:function:mocked" }
  }

  mock_resource "aws_lambda_layer_version" {
    defaults = { arn = "arn:aws:lambda:us-east-1:123456789012:layer:mocked:1" }
  }

  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:us-east-1:123456789012:stateMachine:headgate-curated_to_prod" }
  }

  mock_resource "aws_cognito_user_pool" {
    defaults = {
      id       = "us-east-1_mocked"
      arn      = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_mocked"
      endpoint = "cognito-idp.us-east-1.amazonaws.com/us-east-1_mocked"
    }
  }

  mock_resource "aws_apigatewayv2_api" {
    defaults = { execution_arn = "arn:aws:execute-api:us-east-1:123456789012:mocked" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:mocked" }
  }
}

variables {
  platform  = "aws"
  build_dir = "tests/fixtures/built"
}

# Another ARN than the lake's key, so that the tests tell them apart.
override_resource {
  target = aws_kms_key.originals
  values = { arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-2222-2222-222222222222" }
}

# The only run that applies the root: the others plan on its state, where every value is known.
run "card_data_has_a_key_of_its_own_and_the_gate_keeps_originals" {
  command = apply

  variables {
    raw_originals = "keep"
    people = {
      for role in ["uploader", "analyst", "operator", "auditor"] : role => ["arn:aws:iam::123456789012:user/ana"]
    }
  }

  override_data {
    target = data.aws_iam_policy_document.read_originals_key
    values = { json = "{\"originals\": \"read\"}" }
  }

  override_data {
    target = data.aws_iam_policy_document.write_originals_key
    values = { json = "{\"originals\": \"write\"}" }
  }

  override_data {
    target = data.aws_iam_policy_document.gate
    values = { json = "{\"gate\": \"all\"}" }
  }

  override_data {
    target = data.aws_iam_policy_document.read_definitions
    values = { json = "{\"definitions\": \"read\"}" }
  }

  # Each job loads the pushed definitions when it starts: the map has every job, and the list each one without the right.
  assert {
    condition = jsonencode([
      for jobs in [merge(
        { for key in keys(module.export_mysql) : key => data.aws_iam_policy_document.export_mysql[key].source_policy_documents },
        { for job, system in local.build_jobs : job => data.aws_iam_policy_document.build_system[system].source_policy_documents },
        { for key in keys(local.job_names) : key => data.aws_iam_policy_document.refresh_tables.source_policy_documents if key == "refresh_tables" },
        {
          merge_curated = data.aws_iam_policy_document.merge_curated.source_policy_documents
          quality_gate  = data.aws_iam_policy_document.quality_gate.source_policy_documents
          build_systems = data.aws_iam_policy_document.build_systems.source_policy_documents
          audit_cards   = data.aws_iam_policy_document.audit_cards.source_policy_documents
          curate_large  = data.aws_iam_policy_document.gate.source_policy_documents
        },
      )] : [sort(keys(jobs)), [for job, sources in jobs : job if !contains(sources, "{\"definitions\": \"read\"}")]]
    ]) == jsonencode([[sort(keys(local.job_names)), []]])
    error_message = "Every job that loads definitions may read them."
  }

  assert {
    condition     = { for zone in keys(module.bucket) : zone => module.bucket[zone].kms_key_arn == aws_kms_key.originals.arn } == { for zone in keys(module.bucket) : zone => contains(["raw", "staging"], zone) }
    error_message = "Raw and staging are encrypted with the key of originals, and no other bucket is."
  }

  assert {
    condition = {
      for zone in ["staging", "raw"] : zone => one([for rule in aws_s3_bucket_lifecycle_configuration.this[zone].rule : rule.noncurrent_version_expiration[0].noncurrent_days if rule.id == "forget-what-was-replaced"])
    } == { staging = 1, raw = 30 }
    error_message = "An upload leaves staging a day after its commit."
  }

  assert {
    condition = aws_kms_key.lake.arn != aws_kms_key.originals.arn && alltrue([
      for key in [aws_kms_key.lake, aws_kms_key.originals] : key.enable_key_rotation && key.deletion_window_in_days == 30
    ]) && aws_kms_alias.originals.name == "alias/headgate-originals"
    error_message = "Both keys rotate, and both can be kept for 30 days after somebody deleted them."
  }

  assert {
    condition     = [for statement in concat(data.aws_iam_policy_document.read_originals_key.statement, data.aws_iam_policy_document.write_originals_key.statement) : [statement.actions, statement.resources]] == [[toset(["kms:Decrypt"]), toset([aws_kms_key.originals.arn])], [toset(["kms:Decrypt", "kms:GenerateDataKey"]), toset([aws_kms_key.originals.arn])]]
    error_message = "Readers decrypt, writers also encrypt, and nobody changes the key."
  }

  assert {
    condition = {
      for name, sources in merge(
        { for key, document in data.aws_iam_policy_document.export_mysql : key => document.source_policy_documents },
        { for system, document in data.aws_iam_policy_document.build_system : system => document.source_policy_documents },
        { for system, document in data.aws_iam_policy_document.api_tables : "api_${system}" => document.source_policy_documents },
        {
          gate            = data.aws_iam_policy_document.gate.source_policy_documents
          api             = data.aws_iam_policy_document.api.source_policy_documents
          api_queries     = data.aws_iam_policy_document.api_queries.source_policy_documents
          api_predictions = data.aws_iam_policy_document.api_predictions.source_policy_documents
          dry_run         = data.aws_iam_policy_document.dry_run.source_policy_documents
          merge_curated   = data.aws_iam_policy_document.merge_curated.source_policy_documents
          quality_gate    = data.aws_iam_policy_document.quality_gate.source_policy_documents
          audit_cards     = data.aws_iam_policy_document.audit_cards.source_policy_documents
        },
      ) : name => [for source in sources : source if strcontains(source, "originals")]... if length([for source in sources : source if strcontains(source, "originals")]) > 0
      } == {
      gate         = [["{\"originals\": \"read\"}"]]
      export_mysql = [["{\"originals\": \"write\"}"]]
      api          = [["{\"originals\": \"write\"}"]]
      dry_run      = [["{\"originals\": \"write\"}"]]
    }
    error_message = "Only roles that read or write originals may use their key: no system, no audit, no query of the API."
  }

  assert {
    condition = local.api_paths["/v1/model-cards/{proxy+}"] == "queries" && [
      for statement in data.aws_iam_policy_document.api_queries.statement : [statement.actions, [for resource in statement.resources : trimprefix(resource, module.bucket["artifacts"].arn)]] if strcontains(statement.sid, "RecordsOfModels")
      ] == [
      [toset(["s3:GetObject"]), ["/dashboards/*", "/models/*/days/*/card.json", "/questions/*"]],
      [toset(["s3:ListBucket"]), [""]],
    ]
    error_message = "The function that answers model cards may read the records of kept models, and no model."
  }

  assert {
    condition = alltrue([
      for document in [data.aws_iam_policy_document.raw_to_curated, data.aws_iam_policy_document.curate_large, data.aws_iam_policy_document.api_revert] :
      contains(document.source_policy_documents, "{\"gate\": \"all\"}")
    ])
    error_message = "The gate's workers may use the key as the gate may."
  }

  assert {
    condition = jsonencode({
      for role, document in data.aws_iam_policy_document.people : role => distinct(flatten([for statement in document.statement : tolist(statement.actions) if contains(statement.resources, aws_kms_key.originals.arn)]))
      }) == jsonencode({
      uploader = ["kms:Decrypt", "kms:GenerateDataKey"]
      analyst  = []
      operator = ["kms:Decrypt", "kms:GenerateDataKey"]
      auditor  = []
    })
    error_message = "Analysts and auditors cannot use the key of originals."
  }

  assert {
    condition = alltrue([
      for statement in concat(data.aws_iam_policy_document.gate.statement, data.aws_iam_policy_document.use_key.statement, data.aws_iam_policy_document.people["operator"].statement) :
      contains(statement.resources, aws_kms_key.lake.arn) if contains(statement.actions, "kms:Decrypt")
    ])
    error_message = "Who reads raw decrypts with the lake's key, too: originals that came before the upgrade stay readable."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.originals_key.statement : [for condition in statement.condition : "${condition.test} ${condition.variable} ${condition.values[0]}"] if statement.effect == "Deny"] == [["StringNotEquals kms:ViaService s3.us-east-1.amazonaws.com"]]
    error_message = "Nobody uses the key of originals besides S3."
  }

  assert {
    condition     = [for document in [data.aws_iam_policy_document.key, data.aws_iam_policy_document.originals_key] : one([for statement in document.statement : statement.resources if contains(statement.actions, "kms:*")])] == [toset(["*"]), toset(["*"])]
    error_message = "The account owns both keys, so an administrator can always repair their policies."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.gate.statement : alltrue([for resource in statement.resources : !startswith(resource, module.bucket["raw"].arn)])
      if length(setintersection(statement.actions, ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"])) > 0
    ]) && length(data.aws_iam_policy_document.gate.statement) > 0
    error_message = "The gate neither writes nor deletes in raw."
  }
}

run "least_privilege" {
  command = plan

  variables {
    force_destroy = true
  }

  assert {
    condition = alltrue(flatten([
      for system, policy in data.aws_iam_policy_document.api_tables : [
        for statement in policy.statement : [
          for resource in statement.resources : !contains(statement.actions, "s3:GetObject") || contains(
            ["${module.bucket[system].arn}/tables/*", "${module.bucket["athena_results"].arn}/downloads/${system}/*"], resource
          )
        ]
      ]
    ]))
    error_message = "A system's query function reads objects of that system only."
  }

  assert {
    condition = alltrue(flatten([
      for statement in data.aws_iam_policy_document.dry_run.statement : [
        for action in statement.actions : contains(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListBucket", "secretsmanager:GetSecretValue"], action)
      ]
    ]))
    error_message = "A dry run reads, and leaves no trace."
  }

  assert {
    condition = flatten([
      for statement in data.aws_iam_policy_document.dry_run.statement : statement.resources if contains(statement.actions, "s3:PutObject")
    ]) == [for name in ["dry_run.json", "edited", "flawed.arrow", "rows.arrow"] : "${module.bucket["staging"].arn}/uploads/*/${name}"]
    error_message = "A dry run writes its result, the edited file and the rows of the import grid beside the upload, and nothing else."
  }

  assert {
    condition = contains(flatten([
      for statement in data.aws_iam_policy_document.dry_run.statement : statement.resources if contains(statement.actions, "s3:GetObjectVersion")
    ]), "${module.bucket["raw"].arn}/*")
    error_message = "A mapping is checked on one version of a file in raw."
  }

  assert {
    condition = alltrue([
      for key, route in aws_apigatewayv2_route.this : route.authorization_type == (strcontains(key, " /machine/") ? "AWS_IAM" : "JWT")
    ])
    error_message = "Every route of the API asks who calls: people by a token, machines below /machine by a signature."
  }

  assert {
    condition = !strcontains(jsonencode(concat(
      [for document in concat(
        [data.aws_iam_policy_document.gate, data.aws_iam_policy_document.raw_to_curated, data.aws_iam_policy_document.start_pipeline, data.aws_iam_policy_document.merge_curated, data.aws_iam_policy_document.quality_gate, data.aws_iam_policy_document.build_systems, data.aws_iam_policy_document.dry_run, data.aws_iam_policy_document.curated_to_prod],
        values(data.aws_iam_policy_document.build_system),
        ) : [for statement in document.statement : statement.resources if length(setintersection(statement.actions, ["s3:PutObject", "s3:DeleteObject"])) > 0
      ]]
    )), "${module.bucket["artifacts"].arn}/definitions")
    error_message = "Functions, jobs and the state machine write no definitions: only people push."
  }

  assert {
    condition = [for document in [data.aws_iam_policy_document.api, data.aws_iam_policy_document.api_revert] :
      [for statement in document.statement : [statement.actions, statement.resources] if strcontains(jsonencode(statement.resources), "/definitions")]
      ] == [for document in range(2) :
      [[toset(["s3:PutObject"]), toset(["${module.bucket["artifacts"].arn}/definitions/created/*", "${module.bucket["artifacts"].arn}/definitions/current.json"])]]
    ]
    error_message = "The API adds and removes contracts of created datasets and points at them; it writes no version that people push."
  }

  assert {
    condition = [for document in [data.aws_iam_policy_document.merge_curated, data.aws_iam_policy_document.quality_gate, data.aws_iam_policy_document.api] :
      [for statement in document.statement : statement.resources if length(setintersection(statement.actions, ["glue:CreateTable", "glue:DeleteTable"])) > 0]
      ] == [
      [toset([local.catalog_arn, local.database_arns["curated"], local.every_table_arns["curated"]])], [], []
    ]
    error_message = "The merge makes and drops tables of datasets, in curated only; nobody else does."
  }

  assert {
    condition     = length([for statement in data.aws_iam_policy_document.start_pipeline.statement : statement.sid if anytrue([for action in statement.actions : startswith(action, "s3:")])]) == 0
    error_message = "The function that starts runs reads which definitions are in use, and nothing else of the artifacts."
  }

  assert {
    condition = { for statement in data.aws_iam_policy_document.read_definitions.statement : statement.sid => [statement.actions, statement.resources] } == {
      ReadDefinitions = [toset(["s3:GetObject"]), toset([
        "${module.bucket["artifacts"].arn}/definitions/current.json",
        "${module.bucket["artifacts"].arn}/definitions/versions/${local.deployment_id}/*",
        "${module.bucket["artifacts"].arn}/definitions/created/*",
      ])]
      SeePushes = [toset(["s3:ListBucket"]), toset([module.bucket["artifacts"].arn])]
    }
    error_message = "Whoever reads definitions reads those of its own deployment and of created datasets, and writes none."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.gate.statement : statement.resources if contains(statement.actions, "secretsmanager:GetSecretValue")] == [toset([aws_secretsmanager_secret.masking_key.arn])]
    error_message = "The gate reads the masking key, and no other secret."
  }

  assert {
    condition = alltrue(flatten([
      for document in concat(
        [data.aws_iam_policy_document.start_pipeline, data.aws_iam_policy_document.merge_curated, data.aws_iam_policy_document.audit_everything, data.aws_iam_policy_document.curated_to_prod, data.aws_iam_policy_document.raw_to_curated, data.aws_iam_policy_document.large_machine],
        values(data.aws_iam_policy_document.build_system),
      ) : [for statement in document.statement : alltrue([for action in statement.actions : !startswith(action, "secretsmanager:")])]
    ]))
    error_message = "Only the gate reads the masking key."
  }

  assert {
    condition = alltrue(flatten([
      for document in concat(
        [data.aws_iam_policy_document.gate, data.aws_iam_policy_document.raw_to_curated, data.aws_iam_policy_document.large_machine, data.aws_iam_policy_document.start_pipeline, data.aws_iam_policy_document.merge_curated, data.aws_iam_policy_document.audit_everything],
        values(data.aws_iam_policy_document.build_system),
      ) : [for statement in document.statement : !contains(statement.resources, "*") && alltrue([for action in statement.actions : !endswith(action, "*")])]
    ]))
    error_message = "No role of ours has a wildcard for an action or for all resources."
  }

  assert {
    condition = { for statement in data.aws_iam_policy_document.build_systems.statement : statement.sid => [statement.actions, statement.resources] } == {
      SeeSizeOfSnapshot          = [toset(["s3:GetObject"]), toset(["${module.bucket["curated"].arn}/snapshots/_lake/current.json", "${module.bucket["curated"].arn}/snapshots/_lake/????????????????.json"])]
      MarkBuiltSystems           = [toset(["s3:PutObject"]), toset(["${module.bucket["artifacts"].arn}/runs/unchanged/built/*"])]
      SeeWhetherThereIsASnapshot = [toset(["s3:ListBucket"]), toset([module.bucket["curated"].arn])]
      SeeUnchangedSystems        = [toset(["s3:ListBucket"]), toset([module.bucket["artifacts"].arn])]
      TakeRolesOfStages          = [toset(["sts:AssumeRole"]), toset([for job in concat(local.run_stages, keys(local.build_jobs)) : module.job[job].role_arn])]
    }
    error_message = "The job of a whole run reads no dataset and writes no table; it takes the roles of the stages."
  }

  assert {
    condition     = jsondecode(module.build_systems[0].arguments["--HEADGATE_SYSTEM_ROLES"]) == { for job, system in local.build_jobs : system => module.job[job].role_arn } && jsondecode(module.build_systems[0].arguments["--HEADGATE_SYSTEM_ARGUMENTS"])["retail-copilot"].system == "retail-copilot" && jsondecode(module.build_systems[0].arguments["--HEADGATE_SYSTEM_ARGUMENTS"])["retail-copilot"].HEADGATE_DPUS == "0"
    error_message = "Each child of the job of several systems has the role and the arguments of its system's own job."
  }

  assert {
    condition = (
      jsondecode(module.build_systems[0].arguments["--HEADGATE_STAGE_ROLES"]) == { for job in local.run_stages : job => module.job[job].role_arn } &&
      jsondecode(module.build_systems[0].arguments["--HEADGATE_STAGE_SCRIPTS"]) == { for job in local.run_stages : job => "code/jobs/headgate-${job}.py" } &&
      contains(keys(jsondecode(module.build_systems[0].arguments["--HEADGATE_STAGE_ARGUMENTS"])["merge_curated"]), "HEADGATE_ALERTS_TOPIC_ARN")
    )
    error_message = "Merge and quality gate of a whole run have the script, the role and the arguments of their own jobs."
  }

  assert {
    condition = alltrue([
      for system, document in data.aws_iam_policy_document.build_system : alltrue([
        for statement in document.statement : alltrue([
          for resource in statement.resources : startswith(resource, "${module.bucket[system].arn}/") || contains(["${module.bucket["artifacts"].arn}/models/${system}/*", "${module.bucket["artifacts"].arn}/data_docs/*"], resource)
        ]) if contains(statement.actions, "s3:PutObject")
      ])
    ])
    error_message = "A system writes its own bucket, its own models and the Data Docs only."
  }

  assert {
    condition = length(data.aws_iam_policy_document.write_lineage) == length(local.systems) + 1 && alltrue([
      for publisher, document in data.aws_iam_policy_document.write_lineage :
      [for statement in document.statement : [statement.actions, statement.resources]] == [
        [toset(["s3:PutObject"]), toset(["${module.bucket["artifacts"].arn}/openlineage/dt=*/${publisher}/*.json", "${module.bucket["artifacts"].arn}/runs/stages/*/${publisher}.json"])],
        [toset(["s3:GetObject", "s3:PutObject"]), toset(["${module.bucket["artifacts"].arn}/runs/newest/${publisher}.json"])],
        [toset(["s3:ListBucket"]), toset([module.bucket["artifacts"].arn])],
      ] && flatten([for statement in document.statement : [for one in statement.condition : "${one.test} ${one.variable} ${join(" ", one.values)}"]]) == ["StringEquals s3:prefix runs/newest/${publisher}.json"]
    ])
    error_message = "A job writes its own lineage events and neither reads nor deletes any; it reads and writes the record of its own newest run, and writes those of its own stages."
  }

  assert {
    condition = { for name, document in { queries = data.aws_iam_policy_document.api_queries, report = data.aws_iam_policy_document.report } :
      name => flatten([for statement in document.statement : [
        for resource in statement.resources : "${join(" ", statement.actions)} ${trimprefix(resource, module.bucket["artifacts"].arn)}"
        if anytrue([for folder in ["corrections", "questions", "uploaders"] : startswith(resource, "${module.bucket["artifacts"].arn}/${folder}/")])
      ]]) } == {
      queries = ["s3:GetObject /uploaders/*", "s3:GetObject /questions/*"]
      report  = ["s3:GetObject /corrections/ignored.json", "s3:GetObject /questions/*"]
    }
    error_message = "Mails show the questions of a person's own dashboard, the page of a dataset what the checks of its files counted, and the report leaves out ignored rows."
  }

  assert {
    condition = flatten([for statement in data.aws_iam_policy_document.api.statement : [
      for resource in statement.resources : "${join(" ", statement.actions)} ${resource}" if strcontains(resource, "openlineage")
    ]]) == ["s3:GetObject ${module.bucket["artifacts"].arn}/openlineage/dt=*/merge_curated/*.json"]
    error_message = "The API reads the lineage events of merges, which say why a dataset was not merged, and those of no system."
  }

  assert {
    condition = alltrue([
      for system, document in data.aws_iam_policy_document.read_own_datasets : [for statement in document.statement : statement.resources if contains(statement.actions, "s3:GetObject")] == [toset(concat(
        [for manifest in ["current", "????????????????"] : "${module.bucket["curated"].arn}/snapshots/_lake/${manifest}.json"],
        [for dataset in jsondecode(file("tests/fixtures/built/reads.json"))[system] : "${module.bucket["curated"].arn}/snapshots/${dataset}/*"],
        [for dataset in jsondecode(file("tests/fixtures/built/reads.json"))[system] : "${module.bucket["curated"].arn}/snapshots/_lake/parts/${dataset}/*"],
      ))]
    ])
    error_message = "A system reads the datasets that its code reads, and no other one."
  }

  assert {
    condition = alltrue(flatten([
      for system, document in data.aws_iam_policy_document.build_system : [
        for statement in document.statement : [
          for resource in statement.resources : !startswith(resource, module.bucket["curated"].arn)
        ]
      ]
    ]))
    error_message = "Nothing else gives a system rows of curated."
  }

  # Mocked documents are all equal, so they are counted: the key, snapshots, lineage, and the audit's ledger.
  assert {
    condition     = length(data.aws_iam_policy_document.merge_curated.source_policy_documents) == 5 && length(data.aws_iam_policy_document.build_system["market-intelligence-hub"].source_policy_documents) == 4
    error_message = "The jobs that publish tables may write their lineage events."
  }

  assert {
    condition = [
      for name, document in { merge = data.aws_iam_policy_document.merge_curated, refresh = data.aws_iam_policy_document.refresh_tables, gate = data.aws_iam_policy_document.quality_gate } : name
      if anytrue([for statement in document.statement : contains(statement.resources, "${module.bucket["curated"].arn}/decisions/*")])
    ] == ["merge"]
    error_message = "Of the jobs of a run only the merge reads decisions; systems read the closed items in its snapshot."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.quality_gate.source_policy_documents) == 3
    error_message = "The quality gate publishes no table, and writes no lineage event."
  }

  assert {
    condition     = alltrue([for document in [data.aws_iam_policy_document.gate, data.aws_iam_policy_document.raw_to_curated, data.aws_iam_policy_document.merge_curated, data.aws_iam_policy_document.refresh_tables] : alltrue([for statement in document.statement : !contains(statement.actions, "s3:DeleteObject") || alltrue([for resource in statement.resources : endswith(resource, "/snapshots/*")])])])
    error_message = "Nobody deletes increments or quarantined rows."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.raw_to_curated.statement : statement.resources if contains(statement.actions, "states:StartExecution")] == [toset([local.machine_arns["curate_large"]])]
    error_message = "The gate's function hands large files over to their own machine, and starts nothing else."
  }

  assert {
    condition     = data.aws_iam_policy_document.large_machine.statement[0].resources == toset([module.curate_large.arn]) && aws_sfn_state_machine.curate_large.name == "headgate-curate_large"
    error_message = "The machine of large files starts their job, and no other."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.large_machine.statement : statement.resources if contains(statement.actions, "sqs:SendMessage")] == [toset([module.raw_objects.dead_letters.arn])]
    error_message = "The machine of large files keeps what failed in the gate's dead-letter queue."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.curate_large.statement) == 0 && length(data.aws_iam_policy_document.curate_large.source_policy_documents) == 2 && join(" ", data.aws_iam_policy_document.new_files.statement[*].sid) == "KeepProfiles TellOfRefusedFiles"
    error_message = "The job of large files may do what the gate may, keep profiles and alert people, and nothing else."
  }

  assert {
    condition = { for system, document in data.aws_iam_policy_document.build_system : system => join(" ", flatten([for statement in document.statement : sort(statement.actions) if statement.sid == "KeepOwnModels"])) } == {
      for system in local.systems : system => lookup({ compliance-guardian = "s3:GetObject s3:PutObject", demand-insights-engine = "s3:GetObject s3:PutObject", retail-copilot = "s3:PutObject" }, system, "")
    }
    error_message = "A system reads its models if it learns, writes them if it keeps or exports some, and does neither otherwise."
  }

  assert {
    condition = alltrue(flatten([
      for document in [data.aws_iam_policy_document.report, data.aws_iam_policy_document.ask_lake] : [for statement in document.statement : !contains(statement.resources, aws_dynamodb_table.callers.arn)]
    ]))
    error_message = "The report counts no requests of the API."
  }

  assert {
    condition = alltrue([
      for statement in concat(data.aws_iam_policy_document.keep_audit_ledger.statement, data.aws_iam_policy_document.audit_cards.statement) :
      statement.resources == toset(["${module.bucket["artifacts"].arn}/audits/*"]) if contains(statement.actions, "s3:PutObject")
    ]) && alltrue([for statement in data.aws_iam_policy_document.keep_audit_ledger.statement : !contains(statement.resources, "*") && !contains(statement.actions, "s3:DeleteObject")])
    error_message = "The card-data audit writes its ledger and nothing else."
  }

  assert {
    condition     = data.aws_iam_policy_document.audit_machine.statement[0].resources == toset([module.audit_cards.arn]) && module.audit_schedule.settings.expression == "cron(0 5 1 * ? *)"
    error_message = "The full audit has its own schedule, and its machine starts no other job."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.start_pipeline.statement : statement.resources if contains(statement.actions, "states:StartExecution")] == [toset([local.machine_arns["curated_to_prod"]])]
    error_message = "The function that decides starts curated_to_prod and no other machine."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.export_mysql["export_mysql"].statement : statement.resources if contains(statement.actions, "secretsmanager:GetSecretValue")] == [toset([aws_secretsmanager_secret.mysql["export_mysql"].arn])]
    error_message = "The export reads the database's login, and no other secret."
  }

  assert {
    condition = alltrue(flatten([
      for document in [data.aws_iam_policy_document.export_mysql["export_mysql"], data.aws_iam_policy_document.export_machine["export_mysql"]] :
      [for statement in document.statement : !contains(statement.resources, "*") && alltrue([for action in statement.actions : !endswith(action, "*")])]
    ]))
    error_message = "The export has no wildcard for an action or for all resources."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.export_mysql["export_mysql"].statement :
      statement.resources == toset(["${module.bucket["raw"].arn}/*/dt=*/run=*/*"]) || statement.resources == toset(["${module.bucket["artifacts"].arn}/exports/*"]) if contains(statement.actions, "s3:PutObject")
    ])
    error_message = "The export writes runs in raw, and what it has reached beside them."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alerts.arn]) && alarm.ok_actions == toset([aws_sns_topic.alerts.arn])])
    error_message = "Every alarm notifies the topic."
  }

  assert {
    condition     = output.environment.HEADGATE_STATE_MACHINE_ARN == aws_sfn_state_machine.curated_to_prod.arn && aws_sfn_state_machine.curated_to_prod.arn == local.machine_arns["curated_to_prod"]
    error_message = "The machine's ARN is the one that the alarms name."
  }

  assert {
    condition     = alltrue([for key, machine in { curated_to_prod = data.aws_iam_policy_document.curated_to_prod, export_mysql = data.aws_iam_policy_document.export_machine["export_mysql"], curate_large = data.aws_iam_policy_document.large_machine } : machine.source_policy_documents == tolist([data.aws_iam_policy_document.tell_of_failures.json]) && local.failure_states[key]["Alert"].Next == "Failed"])
    error_message = "Every machine may report its failures to people, and does."
  }

  assert {
    condition     = length(jsonencode(local.definition)) < 1048576
    error_message = "A definition has at most 1 MB."
  }
}

run "people_may_do_their_job_and_no_more" {
  command = plan

  variables {
    audit_trail = true
    people = {
      uploader = ["arn:aws:iam::123456789012:user/ana"]
      analyst  = ["arn:aws:iam::123456789012:user/ana"]
      operator = ["arn:aws:iam::123456789012:user/ana"]
      auditor  = ["arn:aws:iam::123456789012:user/ana"]
    }
  }

  assert {
    condition     = toset(keys(aws_iam_role.people)) == toset(["uploader", "analyst", "operator", "auditor"])
    error_message = "Each role that somebody may assume exists."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.people["uploader"].statement : !contains(statement.actions, "s3:GetObject")
    ])
    error_message = "An uploader reads no object."
  }

  assert {
    condition = alltrue(flatten([
      for role in ["analyst", "auditor"] : [
        for statement in data.aws_iam_policy_document.people[role].statement : [
          for resource in statement.resources : !startswith(resource, module.bucket["raw"].arn) && !startswith(resource, module.bucket["quarantine"].arn)
        ]
      ]
    ]))
    error_message = "Analysts and auditors read neither originals nor refused rows."
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.personal_data["0"].statement : statement.resources if statement.effect == "Deny"
    ] == [toset(["${module.bucket["curated"].arn}/snapshots/customers/*"])]
    error_message = "Analysts read no table with names or e-mail addresses."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.people["analyst"].statement : alltrue([
        for resource in statement.resources : !startswith(resource, "${module.bucket["athena_results"].arn}/") || endswith(resource, "/analysts/*")
      ])
    ]) && aws_athena_workgroup.this["analysts"].name == "headgate-analysts"
    error_message = "Analysts do not read the answers of others."
  }

  assert {
    condition = alltrue(flatten([
      for statement in data.aws_iam_policy_document.people["auditor"].statement : [
        for action in statement.actions : length(regexall(":(Get|List|Describe|Query|Scan|Filter|Decrypt)", action)) > 0
      ]
    ]))
    error_message = "An auditor changes nothing."
  }

  assert {
    condition = alltrue(flatten([
      for role, document in data.aws_iam_policy_document.people : [
        for statement in document.statement : [for action in statement.actions : role == "operator" || !startswith(action, "secretsmanager:")]
      ]
    ]))
    error_message = "Of all people only operators read the masking key."
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_query_definition.this : length(query.log_group_names) > 0]) && length(aws_cloudwatch_query_definition.this) > 0
    error_message = "The saved queries ask the lake's logs."
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.trail["objects"].rule[0].default_retention[0].days == 365 && aws_cloudtrail.objects["objects"].enable_log_file_validation
    error_message = "The trail is kept for a year, and a change of it shows."
  }
}

# 401 tables with a column about a person.
run "more_hidden_tables_than_the_policies_of_an_analyst_hold_are_refused" {
  command = plan

  plan_options {
    target = [aws_iam_role.people]
  }

  variables {
    build_dir = "tests/fixtures/built_personal"
    systems   = []
    people    = { analyst = ["arn:aws:iam::123456789012:user/ana"] }
  }

  expect_failures = [aws_iam_role.people]
}

# Several settings in one run, because a plan of the root takes seconds. None of them changes what another one's rules are about.
run "the_default_gate_masks_and_an_engine_lineage_traces_and_analysts_have_what_is_stated" {
  command = plan

  variables {
    engine                     = "athena"
    force_destroy              = true
    lineage_url                = "https://marquez.example.com"
    lineage_key_secret         = "marquez/key"
    traces_url                 = "http://localhost:4318"
    traces_layer_arn           = "arn:aws:lambda:us-east-1:123456789012:layer:collector:1"
    analysts_see_personal_data = true
    people                     = { analyst = ["arn:aws:iam::123456789012:user/ana"] }
  }

  assert {
    condition = alltrue([
      length(module.raw_to_curated.settings.layers) == 4,
      length(module.api["lake"].settings.layers) == 5,
      length(module.start_pipeline.settings.layers) == 1,
      length(module.dry_run.settings.layers) == 2,
    ])
    error_message = "The gate and the API carry the SDK of traces and the collector, and no other function does."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.personal_data) == 0
    error_message = "Nothing is hidden from analysts who may see personal data."
  }

  assert {
    condition = { for job, stated in local.jobs : job => join(" ", [for name, value in stated.arguments : value if startswith(name, "--HEADGATE_LINEAGE")]) } == {
      for job in keys(local.jobs) : job => job == "quality_gate" ? "" : "marquez/key https://marquez.example.com"
    }
    error_message = "The merge and the systems get the server's URL and the name of the secret, and no other job does."
  }

  assert {
    condition = alltrue([
      for publisher, document in data.aws_iam_policy_document.write_lineage :
      [for statement in document.statement : statement.resources if contains(statement.actions, "secretsmanager:GetSecretValue")] == [
        toset(["arn:aws:secretsmanager:us-east-1:123456789012:secret:marquez/key-??????"])
      ]
    ])
    error_message = "Each of these jobs may read this secret and no other one."
  }

  assert {
    condition = jsonencode({
      for statement in data.aws_iam_policy_document.gate.statement : statement.sid => [statement.actions, statement.resources] if contains(["WriteMaskedForms", "DeleteOriginals"], statement.sid)
      }) == jsonencode({
      WriteMaskedForms = [["s3:AbortMultipartUpload", "s3:PutObject"], ["${module.bucket["raw"].arn}/_masked/*"]]
      DeleteOriginals  = [["s3:DeleteObjectVersion"], ["${module.bucket["raw"].arn}/*"]]
    })
    error_message = "The gate writes masked forms, and nothing else in raw; it deletes versions, and never the newest one unseen."
  }

  assert {
    condition     = local.environment.HEADGATE_RAW_ORIGINALS == "mask"
    error_message = "The gate knows the policy."
  }

  assert {
    condition = alltrue([
      for system in local.systems : length(data.aws_iam_policy_document.build_system[system].source_policy_documents) >= 4
    ]) && local.jobs["build_retail_copilot"].arguments["--HEADGATE_ENGINE"] == "athena"
    error_message = "A system that computes in Athena may ask it."
  }

  assert {
    condition = !anytrue(flatten([
      for document in data.aws_iam_policy_document.ask_athena : [for statement in document.statement : contains(tolist(statement.resources), "*")]
    ]))
    error_message = "It asks in its own workgroup, and keeps answers with the workgroup's."
  }

  assert {
    condition = jsonencode({
      for system, document in data.aws_iam_policy_document.ask_athena : system => flatten([
        for statement in document.statement : [for resource in statement.resources : split("/", resource)[2] if strcontains(resource, ":table/")]
      ])
    }) == jsonencode({ for system, datasets in jsondecode(file("tests/fixtures/built/reads.json")) : system => sort(datasets) })
    error_message = "It asks Athena about the tables of its own datasets only."
  }
}

run "a_role_is_for_its_service_and_does_its_own_work" {
  command = apply

  module {
    source = "./modules/role"
  }

  variables {
    name              = "headgate-any-job"
    service           = "glue"
    source_account_id = "123456789012"
    policy_json       = "{\"own\": \"work\"}"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.trust.statement[0].principals).identifiers == toset(["glue.amazonaws.com"])
    error_message = "Its service may assume it, and nobody else."
  }

  assert {
    condition     = [for one in data.aws_iam_policy_document.trust.statement[0].condition : [one.test, one.variable, one.values]] == [["StringEqualsIfExists", "aws:SourceAccount", tolist(["123456789012"])]]
    error_message = "A service that names the account for which it comes may assume it for its own account only."
  }

  assert {
    condition     = aws_iam_role_policy.this[0].policy == "{\"own\": \"work\"}" && aws_iam_role_policy.this[0].role == aws_iam_role.this[0].id && output.name == "headgate-any-job"
    error_message = "It may do what its policy says."
  }
}

run "another_role_may_assume_it_where_it_is_named" {
  command = apply

  module {
    source = "./modules/role"
  }

  variables {
    name              = "headgate-any-job"
    service           = "glue"
    source_account_id = "123456789012"
    policy_json       = "{}"
    assumed_by        = ["arn:aws:iam::123456789012:role/headgate-build_systems-job"]
    settings          = { permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = aws_iam_role.this[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The boundary of the lake bounds it."
  }

  assert {
    condition     = one(data.aws_iam_policy_document.trust.statement[1].principals).identifiers == toset(["arn:aws:iam::123456789012:role/headgate-build_systems-job"]) && length(data.aws_iam_policy_document.trust.statement) == 2
    error_message = "The named role may assume it, and no other."
  }
}

run "a_role_that_is_there_already_is_used_as_it_is" {
  command = plan

  module {
    source = "./modules/role"
  }

  variables {
    name              = "headgate-shop-raw_to_curated-function"
    service           = "lambda"
    source_account_id = "123456789012"
    policy_json       = "{}"
    settings = {
      existing = {
        default                   = "arn:aws:iam::123456789012:role/LabRole"
        "raw_to_curated-function" = "arn:aws:iam::123456789012:role/teams/gate"
      }
    }
  }

  assert {
    condition     = length(aws_iam_role.this) == 0 && length(aws_iam_role_policy.this) == 0
    error_message = "Nothing of IAM is created."
  }

  assert {
    condition     = output.arn == "arn:aws:iam::123456789012:role/teams/gate" && output.name == "gate"
    error_message = "The role of that name is taken before the default one."
  }
}

run "a_service_is_named_by_its_first_word" {
  command = plan

  module {
    source = "./modules/role"
  }

  variables {
    name              = "headgate-any-job"
    service           = "glue.amazonaws.com"
    policy_json       = "{}"
    source_account_id = "me"
  }

  expect_failures = [var.service, var.source_account_id]
}

run "a_schedule_starts_its_machine_and_nothing_else" {
  command = apply

  module {
    source = "./modules/schedule"
  }

  variables {
    name        = "headgate-export_mysql"
    role_name   = "headgate-export_mysql-scheduler"
    description = "Exports the source database's tables"
    expression  = "cron(0 1 * * ? *)"
    enabled     = false
    target_arn  = "arn:aws:states:us-east-1:123456789012:stateMachine:headgate-export_mysql"
    action      = "states:StartExecution"
    account_id  = "123456789012"
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.this.statement : [statement.actions, statement.resources]] == [[toset(["states:StartExecution"]), toset([var.target_arn])]]
    error_message = "Its role starts that machine and does nothing else."
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].arn == var.target_arn && aws_scheduler_schedule.this.state == "DISABLED"
    error_message = "It starts that machine, or nothing while it sleeps."
  }
}

run "the_scheduler_lends_its_role_to_no_other_account" {
  command = plan

  module {
    source = "./modules/role"
  }

  variables {
    name              = "headgate-scheduler"
    service           = "scheduler"
    source_account_id = "123456789012"
    policy_json       = "{}"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.trust.statement[0].condition).test == "StringEquals" && one(data.aws_iam_policy_document.trust.statement[0].condition).variable == "aws:SourceAccount" && one(data.aws_iam_policy_document.trust.statement[0].condition).values == tolist(["123456789012"])
    error_message = "A role of the scheduler's is for schedules of its own account."
  }
}

run "a_bucket_is_private_and_speaks_tls_only" {
  command = apply

  module {
    source = "./modules/bucket"
  }

  variables {
    name          = "ecommerce-raw-123456789012"
    kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    account_id    = "123456789012"
    force_destroy = false
  }

  assert {
    condition     = data.aws_iam_policy_document.bucket.statement[0].effect == "Deny" && [for condition in data.aws_iam_policy_document.bucket.statement[0].condition : condition.variable] == ["aws:SecureTransport"] && data.aws_iam_policy_document.bucket.statement[0].actions == toset(["s3:*"])
    error_message = "Whatever comes without TLS is denied."
  }

  assert {
    condition     = data.aws_iam_policy_document.bucket.statement[0].resources == toset(["arn:aws:s3:::ecommerce-raw-123456789012", "arn:aws:s3:::ecommerce-raw-123456789012/*"])
    error_message = "The denial covers the bucket and all that lies in it."
  }

  assert {
    condition = data.aws_iam_policy_document.bucket.statement[1].effect == "Deny" && { for one in data.aws_iam_policy_document.bucket.statement[1].condition : one.variable => "${one.test} ${one.values[0]}" } == {
      "aws:PrincipalAccount"      = "StringNotEquals 123456789012"
      "aws:PrincipalIsAWSService" = "Bool false"
    }
    error_message = "Principals of other accounts are denied everything."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "Nothing can be made public."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "Objects are versioned."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "Objects are encrypted with the lake's key, by a bucket key."
  }
}

run "a_bucket_takes_plain_http_from_nowhere_but_loopback" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    name            = "ecommerce-raw-123456789012"
    kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    force_destroy   = false
    account_id      = "123456789012"
    plain_http_from = ["10.0.0.0/8"]
  }

  expect_failures = [var.plain_http_from]
}

run "a_crawler_never_updates_the_catalog" {
  command = plan

  module {
    source = "./modules/crawler"
  }

  variables {
    name          = "headgate-curated"
    description   = "Crawls curated"
    database      = "ecommerce_curated"
    tables        = ["orders"]
    buckets       = ["ecommerce-curated-123456789012"]
    catalog_arn   = "arn:aws:glue:us-east-1:123456789012:catalog"
    kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/mocked"
    account_id    = "123456789012"
    schema_change = { update = "UPDATE_IN_DATABASE", delete = "LOG" }
    configuration = { Version = 1.0, Grouping = { TableGroupingPolicy = "CombineCompatibleSchemas" }, CrawlerOutput = { Tables = { AddOrUpdateBehavior = "MergeNewColumns" } } }
  }

  # A crawler that updates could move a table back after a publish.
  expect_failures = [var.schema_change]
}

# The functions' code, as scripts/packages/build.py built it. Terraform's provider creates functions one after the other, about five
# seconds each, where it sends the archive itself; from a bucket all are created at once.
resource "aws_s3_object" "function" {
  for_each = setunion(["api", "dry_run", "raw_to_curated", "report", "start_pipeline"], local.onboarding)

  bucket      = module.bucket["artifacts"].name
  key         = "code/functions/${each.key}.zip"
  source      = "${local.build_dir}/lambdas/${each.key}.zip"
  source_hash = filemd5("${local.build_dir}/lambdas/${each.key}.zip")
}

# The functions' libraries on AWS, as scripts/packages/layer.py built them. An archive over 50 MB would not go up with the request itself.
resource "aws_s3_object" "layer" {
  for_each = local.platform.layers

  bucket      = module.bucket["artifacts"].name
  key         = "code/layers/${each.key}.zip"
  source      = "${local.build_dir}/layers/${each.key}.zip"
  source_hash = filemd5("${local.build_dir}/layers/${each.key}.zip")
}

resource "aws_lambda_layer_version" "this" {
  for_each = local.platform.layers

  layer_name               = "${local.lake}-${each.key}"
  description              = each.value
  s3_bucket                = aws_s3_object.layer[each.key].bucket
  s3_key                   = aws_s3_object.layer[each.key].key
  source_code_hash         = filebase64sha256("${local.build_dir}/layers/${each.key}.zip")
  compatible_runtimes      = ["python3.11"]
  compatible_architectures = ["x86_64"]
}

locals {
  function_code = {
    for name, object in aws_s3_object.function : name => {
      bucket = object.bucket
      key    = object.key
      sha256 = filebase64sha256("${local.build_dir}/lambdas/${name}.zip")
    }
  }

  layer_arns = { for name, layer in aws_lambda_layer_version.this : name => layer.arn if name != "traces" }

  # Layers and environment of the functions that record traces: the gate and the API.
  traces_layer_arns = concat(
    [for name, layer in aws_lambda_layer_version.this : layer.arn if name == "traces"],
    var.traces_url == null || var.traces_layer_arn == null ? [] : [var.traces_layer_arn],
  )
  traces_environment = { for name, url in { HEADGATE_TRACES_URL = var.traces_url } : name => url if url != null }
}

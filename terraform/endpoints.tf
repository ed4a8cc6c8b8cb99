# Endpoints of AWS's services in the database's network, so that the export's job needs no way to the internet.
locals {
  endpoint_networks   = var.endpoint_network == null ? {} : { database = var.endpoint_network }
  interface_services  = ["glue", "kms", "logs", "monitoring", "secretsmanager", "sts"]
  interface_endpoints = { for service in local.interface_services : service => var.endpoint_network if var.endpoint_network != null }
}

# S3 costs nothing as a gateway; the others cost by the hour and by subnet.
resource "aws_vpc_endpoint" "s3" {
  for_each = local.endpoint_networks

  vpc_id            = each.value.vpc_id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = each.value.route_table_ids
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = each.value.vpc_id
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = each.value.subnet_ids
  security_group_ids  = each.value.security_group_ids
  private_dns_enabled = true
}

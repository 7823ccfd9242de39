pipeline {
  agent any
  environment {
    PULUMI_ORG = {{organization|groovy}}
    CLOUD_URL = {{cloudUrl|groovy}}
  }
  stages {
    stage('Deploy with Pulumi') {
      steps {
        // A credential of the kind "OpenID Connect id token" with this id and the audience {{audience|groovy}}.
        withCredentials([string(credentialsId: 'pulumi-id-token', variable: 'ID_TOKEN')]) {
          sh 'pulumi login --oidc-token "$ID_TOKEN" --oidc-org "$PULUMI_ORG" --cloud-url "$CLOUD_URL"'
        }
        sh 'pulumi whoami'
      }
    }
  }
}
